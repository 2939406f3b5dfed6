import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "promises without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const all = []; for (;;) all.push(new Promise(() => {}).then(() => all));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
