import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "strings without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`const all = []; for (let i = 0; ; i++) all.push((i + "abcdefg").repeat(20_000).toUpperCase());`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
