import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a call with a million arguments",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { Math.max(...new Array(1e6).fill(1)); String.fromCharCode.apply(null, new Array(1e7)); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
