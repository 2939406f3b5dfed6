import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the global Promise and its statics, replaced",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `return new Response("fine", { headers: { "x-a": "b" } });`,
    `const Own = Promise;
globalThis.Promise = class extends Own {};
Own.resolve = Own.reject = Own.all = Own.withResolvers = () => 5;
Own.prototype.constructor = function () { throw new Error("tampered"); };`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^fine/ },
} satisfies FunctionAttack;
