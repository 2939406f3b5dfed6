import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a promise that resolves through a million others",
  holds: "The overflow is a RangeError of the function's own, and its isolate goes on or ends alone.",
  severity: "isolate",
  source: handler(
    `try { let p = Promise.resolve(1); for (let i = 0; i < 1e6; i++) p = p.then((x) => x); await p; } catch (error) { return new Response(error.name); } return new Response("fine");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: [200, "function_error", ...outOfMemory],
    body: /^(RangeError|SyntaxError|InternalError|fine)/,
  },
} satisfies FunctionAttack;
