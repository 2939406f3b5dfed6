import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a getter of the options of a Response that loops",
  holds: "What the runtime reads from a tenant's object runs inside the limit: 504 at the CPU limit.",
  severity: "isolate",
  source: handler(`return new Response("", { get status() { for (;;); } });`),
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
