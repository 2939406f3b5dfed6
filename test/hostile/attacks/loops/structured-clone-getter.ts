import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a getter that loops, under structuredClone",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`structuredClone({ get x() { for (;;); } }); return new Response("cloned");`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
