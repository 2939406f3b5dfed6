import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "lastIndexOf over a length of 2^53",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`return new Response(String(Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)));`),
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
