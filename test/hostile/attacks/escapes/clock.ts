import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the clocks, between two awaits",
  holds: "They stand still while the function computes, so that it can measure nothing.",
  severity: "tame",
  source: handler(
    `const d = Date.now(); const p = performance.now(); let x = 0; for (let i = 0; i < 3e6; i++) x += i % 7; return new Response(Date.now() === d && performance.now() === p && new Date().getTime() === d ? "nothing" : "time passes");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
