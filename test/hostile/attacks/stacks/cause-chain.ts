import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "an error with a hundred thousand causes",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `let e = new Error("first"); for (let i = 0; i < 1e5; i++) e = new Error("next", { cause: e }); console.error(e); throw e;`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: ["function_error", ...outOfMemory], body: /^(RangeError|SyntaxError|InternalError|fine)/ },
} satisfies FunctionAttack;
