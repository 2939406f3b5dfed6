import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "valueOf of a status that loops",
  holds: "What the runtime turns to a number runs inside the limit: 504 at the CPU limit.",
  severity: "isolate",
  source: handler(`return new Response("", { status: { valueOf() { for (;;); } } });`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
