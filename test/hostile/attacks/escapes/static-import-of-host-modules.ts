import type { FunctionAttack } from "../../attack.ts";

export default {
  title: "import of a host module, in an upload",
  holds: "The upload is refused: what a bundle imports is in it.",
  severity: "tame",
  source: `import fs from "node:fs";
export default { fetch: () => new Response(fs.readFileSync("/etc/passwd")) };`,
  // Else it would run in a container, where there is an engine, and read that container's file.
  manifest: { tier: "isolate" },
  expectation: { answers: [], refused: ["module_not_found"] },
} satisfies FunctionAttack;
