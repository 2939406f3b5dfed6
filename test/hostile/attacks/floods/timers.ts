import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a hundred thousand timers",
  holds: "No more than 1,000 are outstanding: the next fails with an error that names the limit.",
  severity: "tame",
  source: handler(
    `let n = 0; try { for (; n < 100_000; n++) setTimeout(() => {}, 60_000); } catch (error) { return new Response("set " + n + " " + error.message); } return new Response("set " + n);`,
  ),
  manifest: { limits: { cpuMs: 2000 } },
  expectation: { answers: [200], body: /^set 1000 .*timers/ },
} satisfies FunctionAttack;
