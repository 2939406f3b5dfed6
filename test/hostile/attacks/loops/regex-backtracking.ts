import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a regular expression that backtracks for ever",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`/^(a+)+$/.test("a".repeat(40) + "b"); return new Response("matched");`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
