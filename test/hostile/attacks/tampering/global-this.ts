import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "all globals, deleted",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `return new Response("fine", { headers: { "x-a": "b" } });`,
    `const all = globalThis;
for (const key of Object.getOwnPropertyNames(globalThis)) { if (["Response"].includes(key)) continue; try { delete all[key]; } catch {} }`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^fine/, refused: ["module_failed"] },
} satisfies FunctionAttack;
