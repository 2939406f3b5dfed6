import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "indexOf in a sparse array of 2^32",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`return new Response(String(new Array(2 ** 32 - 2).indexOf(1)));`),
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
