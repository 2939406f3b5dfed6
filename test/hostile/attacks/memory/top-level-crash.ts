import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "an upload whose top level makes V8 abort the process",
  holds: "The upload is refused; no pool process that serves has met it.",
  severity: "tame",
  source: `const w = new WeakMap(); const keys = []; for (;;) { const k = {}; keys.push(k); w.set(k, new Array(10).fill(k)); }
export default { fetch: () => new Response("fine") };`,
  manifest: { limits: { startupMs: 2000 } },
  expectation: { answers: [], refused: ["module_memory_limit", "module_startup_limit", "module_crashed"] },
} satisfies FunctionAttack;
