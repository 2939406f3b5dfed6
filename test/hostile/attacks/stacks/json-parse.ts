import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "JSON.parse of what is nested a million deep",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { JSON.parse("[".repeat(1e6) + "]".repeat(1e6)); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
