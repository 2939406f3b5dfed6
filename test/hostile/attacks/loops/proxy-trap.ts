import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a Proxy in place of a Response, whose traps loop",
  holds: "Whether the runtime touches the proxy or not, the request ends, at its CPU limit at the latest.",
  severity: "isolate",
  source: handler(
    `const spin = () => { for (;;); }; return new Proxy(new Response(""), { get: spin, getPrototypeOf: spin, has: spin });`,
  ),
  expectation: { answers: [...outOfTime, "function_no_response", "function_error"] },
} satisfies FunctionAttack;
