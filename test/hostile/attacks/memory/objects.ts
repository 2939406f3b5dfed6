import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "objects without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const all = []; for (let i = 0; ; i++) all.push({ i, next: all.at(-1), text: "k" + i });`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
