import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "a top-level await that never ends",
  holds: "The upload is refused with a code that names the start-up limit, and nothing is deployed.",
  severity: "tame",
  source: `await new Promise(() => {});
export default { fetch: () => new Response("fine") };`,
  manifest: { limits: { startupMs: 100 } },
  expectation: { answers: [], refused: ["module_startup_limit"] },
} satisfies FunctionAttack;
