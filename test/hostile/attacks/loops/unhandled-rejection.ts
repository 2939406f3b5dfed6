import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an unhandled rejection whose reason has a message that loops",
  holds: "Reading what nobody handled runs no longer than the CPU limit.",
  severity: "isolate",
  source: handler(
    `Promise.reject({ get message() { for (;;); }, get stack() { return "stack"; } }); await null; return new Response("fine");`,
  ),
  expectation: { answers: [...outOfTime, 200], death: /cpu_limit/ },
} satisfies FunctionAttack;
