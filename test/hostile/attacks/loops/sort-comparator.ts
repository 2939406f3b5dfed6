import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a comparator that loops",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`[3, 1, 2].sort(() => { for (;;); }); return new Response("sorted");`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
