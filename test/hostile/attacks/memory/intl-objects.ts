import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "Intl objects without end, outside V8's heap",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(
    `const all = []; for (;;) all.push(new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }), new Intl.DateTimeFormat("ja"));`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
