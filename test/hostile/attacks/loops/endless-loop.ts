import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an endless loop",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`for (;;);`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
