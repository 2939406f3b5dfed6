import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the same, after the answer",
  holds: "The answer is sent; what stalls behind it is found out and ended.",
  severity: "process",
  source: handler(
    `ctx.waitUntil(new Promise((r) => setTimeout(r, 5)).then(() => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1))); return new Response("answered");`,
  ),
  expectation: {
    answers: [200],
    body: /^answered$/,
    async check(_answer, { server, name }) {
      const own = new RegExp(`^${name}@`);
      await Promise.race([
        server.logs.find({ isolate: own, reason: "cpu_limit" }),
        server.logs.find({ version: own, reason: "stalled", process: "supervisor", signal: "SIGKILL" }),
      ]);
    },
  },
} satisfies FunctionAttack;
