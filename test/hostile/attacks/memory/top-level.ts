import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "memory filled at the top level of an upload",
  holds: "The upload is refused with the memory or start-up limit, and nothing is deployed.",
  severity: "tame",
  source: `const all = []; for (let i = 0; ; i++) all.push((i + "abcdefg").repeat(20_000).toUpperCase());
export default { fetch: () => new Response("fine") };`,
  manifest: { limits: { startupMs: 1000 } },
  expectation: { answers: [], refused: ["module_memory_limit", "module_startup_limit"] },
} satisfies FunctionAttack;
