import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "a loop behind a top-level await",
  holds: "The upload is refused with a code that names the start-up limit, and nothing is deployed.",
  severity: "tame",
  source: `await null; for (;;);
export default { fetch: () => new Response("fine") };`,
  manifest: { limits: { startupMs: 100 } },
  expectation: { answers: [], refused: ["module_startup_limit"] },
} satisfies FunctionAttack;
