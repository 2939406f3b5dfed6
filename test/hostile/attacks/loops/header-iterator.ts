import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an iterator of headers that loops",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(`return new Response("", { headers: { [Symbol.iterator]() { for (;;); } } });`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
