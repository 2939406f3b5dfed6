import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a loop in waitUntil, after the answer",
  holds: "The answer is sent, the work behind it ends at the CPU limit.",
  severity: "isolate",
  source: handler(
    `ctx.waitUntil(new Promise((done) => setTimeout(done, 1)).then(() => { for (;;); })); return new Response("answered");`,
  ),
  expectation: { answers: [200], body: /^answered$/, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
