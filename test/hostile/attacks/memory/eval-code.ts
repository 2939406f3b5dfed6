import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "code generated without end",
  holds: "Generated code counts: 503 or 504, or there is no eval.",
  severity: "isolate",
  source: handler(
    `const all = []; for (let i = 0; ; i++) all.push((0, eval)("(function f" + i + "() { return [" + "1,".repeat(500) + i + "]; })"));`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
