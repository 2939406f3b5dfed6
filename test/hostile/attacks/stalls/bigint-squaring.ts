import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "squaring a BigInt until it is huge",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`let n = 3n; for (;;) n = n * n;`),
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
