import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a timer that loops after the answer",
  holds: "The answer is sent, the timer ends at the CPU limit.",
  severity: "isolate",
  source: handler(
    `setTimeout(() => { for (;;); }, 1); ctx.waitUntil(new Promise((done) => setTimeout(done, 200))); return new Response("answered");`,
  ),
  expectation: { answers: [200], body: /^answered$/, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
