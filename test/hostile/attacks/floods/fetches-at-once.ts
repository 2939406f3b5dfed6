import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "two thousand fetches at once",
  holds: "All but fifty fail with an error that names the limit, and the rest wait for their turn.",
  severity: "tame",
  source: handler(
    `const all = await Promise.allSettled(Array.from({ length: 2_000 }, () => fetch("http://127.0.0.1:1/"))); return new Response(String(all.filter(({ reason }) => /subrequests/.test(reason?.message)).length));`,
  ),
  manifest: { limits: { cpuMs: 4000, memoryMb: 128 } },
  expectation: { answers: [200], body: /^1950$/ },
} satisfies FunctionAttack;
