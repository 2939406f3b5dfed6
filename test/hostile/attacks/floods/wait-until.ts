import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a hundred thousand promises in waitUntil",
  holds: "No more than 1,000 are outstanding: the next fails with an error that names the limit.",
  severity: "tame",
  source: handler(
    `let n = 0; try { for (; n < 100_000; n++) ctx.waitUntil(new Promise(() => {})); } catch (error) { return new Response("kept " + n + " " + error.message); } return new Response("kept " + n);`,
  ),
  manifest: { limits: { cpuMs: 2000, wallMs: 1000 } },
  expectation: { answers: [200], body: /^kept 1000 .*waitUntil/ },
} satisfies FunctionAttack;
