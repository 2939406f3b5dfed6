import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "the same, after waiting for a timer",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(
    `await new Promise((r) => setTimeout(r, 5)); Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); return new Response("");`,
  ),
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
