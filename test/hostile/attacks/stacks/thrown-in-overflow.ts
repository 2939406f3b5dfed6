import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "an error thrown where no stack is left",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `const f = () => { try { f(); } finally { throw Object.defineProperty(new Error("deep"), "stack", { get: f }); } }; f();`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: ["function_error", ...outOfMemory], body: /^(RangeError|SyntaxError|InternalError|fine)/ },
} satisfies FunctionAttack;
