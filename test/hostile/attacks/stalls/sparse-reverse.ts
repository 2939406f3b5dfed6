import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "reverse of a sparse array",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`const a = []; a[2 ** 32 - 2] = 1; a.reverse(); return new Response(String(a.length));`),
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
