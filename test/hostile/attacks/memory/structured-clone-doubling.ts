import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a value that structuredClone doubles",
  holds: "The isolate ends at its memory limit, 503, or at its CPU limit, 504; its process goes on.",
  severity: "isolate",
  source: handler(`let v = ["x"]; for (;;) { v = [v, structuredClone(v)]; }`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
