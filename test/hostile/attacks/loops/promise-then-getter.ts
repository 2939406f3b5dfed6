import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a promise whose then is a getter that loops",
  holds: "Waiting for what fetch() gives runs the tenant's getters within its limit, or not at all.",
  severity: "isolate",
  source: handler(
    `const p = Promise.resolve(new Response("fine")); Object.defineProperty(p, "then", { get() { for (;;); } }); Object.defineProperty(p, "constructor", { get() { for (;;); } }); return p;`,
  ),
  expectation: { answers: [...outOfTime, 200] },
} satisfies FunctionAttack;
