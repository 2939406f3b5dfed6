import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "Uint8Array, replaced by a wider array",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `return new Response(new ArrayBuffer(20_000));`,
    `globalThis.Uint8Array = Float64Array;
Object.getPrototypeOf(Float64Array).prototype.set = Object.getPrototypeOf(Float64Array).prototype.subarray = () => 5;`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^\0*$/ },
} satisfies FunctionAttack;
