import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an unhandled rejection whose reason has a message that loops",
  holds: "Reporting an unhandled rejection runs no longer than the CPU limit.",
  severity: "isolate",
  source: handler(
    `Promise.reject({ get message() { for (;;); }, get stack() { for (;;); } }); await null; return new Response("fine");`,
  ),
  expectation: { answers: [...outOfTime, 200] },
} satisfies FunctionAttack;
