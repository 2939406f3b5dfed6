import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "toString that turns itself to text, in what the runtime reads",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { const o = { toString() { return String(this); } }; new Response("", { headers: { a: o } }); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
