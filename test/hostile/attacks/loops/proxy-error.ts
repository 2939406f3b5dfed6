import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a Proxy of an error, whose traps loop",
  holds: "A thrown proxy is described within the CPU limit, or not touched.",
  severity: "isolate",
  source: handler(
    `const spin = () => { for (;;); }; throw new Proxy(new Error("x"), { get: spin, getPrototypeOf: spin, getOwnPropertyDescriptor: spin, has: spin });`,
  ),
  expectation: { answers: [...outOfTime, "function_error"] },
} satisfies FunctionAttack;
