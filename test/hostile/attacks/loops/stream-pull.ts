import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a stream's pull that loops",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: handler(
    `await new ReadableStream({ pull() { for (;;); } }).getReader().read(); return new Response("read");`,
  ),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
