import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the prototypes of Headers, Request and Response, replaced",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `return new Response("fine", { headers: { "x-a": "b" } });`,
    `for (const C of [Headers, Request, Response]) for (const key of Object.getOwnPropertyNames(C.prototype)) { try { Object.defineProperty(C.prototype, key, { get: () => 5 }); } catch {} }`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^fine/ },
} satisfies FunctionAttack;
