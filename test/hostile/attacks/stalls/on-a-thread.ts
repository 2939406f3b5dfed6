import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the same, of a function that may compute for so long that it runs on a thread",
  holds: "The guilty request is answered at its limit, whatever its thread goes on with; the process is replaced.",
  severity: "process",
  source: handler(`return new Response(String(Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)));`),
  manifest: { limits: { cpuMs: 200 } },
  expectation: { answers: ["function_cpu_limit"], death: /^cpu_limit$/ },
} satisfies FunctionAttack;
