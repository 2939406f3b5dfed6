import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a thenable whose then loops",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`return { then() { for (;;); } };`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
