import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "an unhandled rejection whose reason has a message and a stack that loop",
  holds:
    "What isolated-vm reads beyond all limits costs the process; the guilty request gets its answer or 504, and others are sent again.",
  severity: "process",
  source: handler(
    `Promise.reject({ get message() { for (;;); }, get stack() { for (;;); } }); await null; return new Response("fine");`,
  ),
  expectation: { answers: [...outOfProcess, 200] },
} satisfies FunctionAttack;
