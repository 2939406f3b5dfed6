import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a loop in finally, behind a loop",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`try { for (;;); } finally { for (;;); }`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
