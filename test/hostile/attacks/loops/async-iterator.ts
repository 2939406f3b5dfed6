import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an async iteration without end",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(
    `for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false }) }) }); return new Response("");`,
  ),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
