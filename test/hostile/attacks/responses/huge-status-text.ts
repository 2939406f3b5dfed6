import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a status text of a megabyte",
  holds: "It is the function's own error, or cut.",
  severity: "tame",
  source: handler(`return new Response("x", { statusText: "y".repeat(1 << 20) });`),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200, "function_error", "function_header_limit"] },
} satisfies FunctionAttack;
