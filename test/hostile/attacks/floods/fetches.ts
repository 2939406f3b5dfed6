import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a thousand fetches one after the other",
  holds: "The fifty-first fails with an error that names the limit.",
  severity: "tame",
  source: handler(
    `let n = 0; let last = ""; for (let i = 0; i < 1000; i++) { try { await fetch("http://127.0.0.1:1/"); } catch (error) { last = error.message; if (/subrequests/.test(last)) break; } n++; } return new Response("made " + n + " " + last);`,
  ),
  manifest: { limits: { cpuMs: 2000 } },
  expectation: { answers: [200], body: /^made 50 .*subrequests/ },
} satisfies FunctionAttack;
