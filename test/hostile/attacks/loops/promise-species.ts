import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a subclass of Promise whose species loops",
  holds: "Waiting for what fetch() gives runs the tenant's species within its limit, or not at all.",
  severity: "isolate",
  source: handler(
    `class Mine extends Promise { static get [Symbol.species]() { for (;;); } } return Mine.resolve(new Response("fine"));`,
  ),
  expectation: { answers: [...outOfTime, 200] },
} satisfies FunctionAttack;
