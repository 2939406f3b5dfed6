import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "URLSearchParams without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const p = new URLSearchParams(); for (let i = 0; ; i++) p.append("k" + i, "v".repeat(100));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
