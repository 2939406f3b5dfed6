import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a Response whose status says what it likes",
  holds: "The runtime answers with the status that it knows itself.",
  severity: "tame",
  source: handler(
    `const r = new Response("x"); Object.defineProperty(r, "status", { get: () => 99999 }); Object.setPrototypeOf(r, { __proto__: Response.prototype, get status() { return "99\\r\\n"; } }); return r;`,
  ),
  expectation: { answers: [200, "function_error", "function_no_response"], body: /^x$/ },
} satisfies FunctionAttack;
