import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "Headers without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const h = new Headers(); for (let i = 0; ; i++) h.append("x-" + i, "v".repeat(1000));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
