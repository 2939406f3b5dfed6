import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "closures without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `let f = () => 0; for (;;) { const g = f; const a = new Array(100).fill(1); f = () => g() + a.length; }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
