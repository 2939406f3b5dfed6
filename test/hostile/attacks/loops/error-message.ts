import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a thrown error whose message is a getter that loops",
  holds: "Describing a tenant's error runs no longer than its CPU limit, or does not run its getters at all.",
  severity: "isolate",
  source: handler(`throw Object.defineProperty(new Error(), "message", { get() { for (;;); } });`),
  expectation: { answers: [...outOfTime, "function_error"] },
} satisfies FunctionAttack;
