import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "values of JSON without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const all = []; for (;;) all.push(JSON.parse("[" + "1,".repeat(200_000) + "1]"));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
