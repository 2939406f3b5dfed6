import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "toString of a header's value that loops",
  holds: "What the runtime turns to text runs inside the limit: 504 at the CPU limit.",
  severity: "isolate",
  source: handler(`return new Response("", { headers: { "x-a": { toString() { for (;;); } } } });`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
