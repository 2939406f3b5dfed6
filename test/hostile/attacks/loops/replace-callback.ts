import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a callback of replace that loops",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`"aaa".replace(/a/g, () => { for (;;); }); return new Response("replaced");`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
