import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a Blob made of itself",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `let b = new Blob(["0123456789"]); for (;;) { b = new Blob([b, b]); await b.slice(0, 1).arrayBuffer(); if (b.size > 2 ** 33) { await b.arrayBuffer(); } }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error", 200] },
} satisfies FunctionAttack;
