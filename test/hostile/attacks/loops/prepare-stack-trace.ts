import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "Error.prepareStackTrace that loops",
  holds: "The stack of a tenant's error is made within its CPU limit, or without its hook.",
  severity: "isolate",
  source: handler(`Error.prepareStackTrace = () => { for (;;); }; throw new Error("x");`),
  expectation: { answers: [...outOfTime, "function_error"] },
} satisfies FunctionAttack;
