import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a chain of microtasks without end",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`const again = () => Promise.resolve().then(again); await again();`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
