import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "Symbol.toPrimitive of a URL that loops",
  holds: "What the runtime turns to text before a fetch runs inside the limit: 504 at the CPU limit.",
  severity: "isolate",
  source: handler(`return fetch({ [Symbol.toPrimitive]() { for (;;); } });`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
