import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a function bound a hundred thousand times",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f(); } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
