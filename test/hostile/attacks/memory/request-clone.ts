import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "clones of a request whose bodies nobody reads",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `const all = []; const r = new Request("http://x/", { method: "POST", body: "x".repeat(1 << 20) }); for (;;) { all.push(r.clone()); await null; }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
