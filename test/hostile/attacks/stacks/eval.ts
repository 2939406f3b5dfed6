import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "code nested a hundred thousand deep",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { (0, eval)("(".repeat(1e5) + "1" + ")".repeat(1e5)); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200, "function_error", ...outOfMemory], body: /^(RangeError|SyntaxError|EvalError|fine)/ },
} satisfies FunctionAttack;
