import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a form of fields without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const f = new FormData(); for (let i = 0; ; i++) f.append("k" + i, "v".repeat(1000) + i);`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
