import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "the same, in a getter of the error that is thrown",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(
    `throw Object.defineProperty(new Error(), "message", { get() { return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); } });`,
  ),
  expectation: { answers: [...outOfProcess, "function_error"] },
} satisfies FunctionAttack;
