import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "regular expressions without end",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `const all = []; for (let i = 0; ; i++) { const r = new RegExp("(a|b" + i + ")+[c-z]{1,20}" + "x?".repeat(50)); r.test("abc" + i); all.push(r); }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
