import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "the same, at the top level of an upload",
  holds: "The upload is refused, and the process that checked it replaced.",
  severity: "tame",
  source: `Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);
export default { fetch: () => new Response("fine") };`,
  manifest: { limits: { startupMs: 100 } },
  expectation: { answers: [], refused: ["module_crashed", "module_startup_limit"] },
} satisfies FunctionAttack;
