import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a Proxy that loops, given to console.log",
  holds: "Showing a tenant's value in the log runs its code within the CPU limit, or not at all.",
  severity: "isolate",
  source: handler(
    `const spin = () => { for (;;); }; console.log(new Proxy({}, { get: spin, ownKeys: spin, getPrototypeOf: spin }), { get x() { for (;;); }, toString: spin }); return new Response("fine");`,
  ),
  expectation: { answers: [...outOfTime, 200] },
} satisfies FunctionAttack;
