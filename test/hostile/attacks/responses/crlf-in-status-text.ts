import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "CR LF in the status text",
  holds: "It is the function's own error.",
  severity: "tame",
  source: handler(`return new Response("x", { statusText: "OK\\r\\nx-smuggled: 1\\r\\n" });`),
  expectation: { answers: ["function_error"] },
} satisfies FunctionAttack;
