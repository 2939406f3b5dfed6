import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "filling an array of 2^27",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`const a = new Array(2 ** 27).fill(1); return new Response(String(a.length));`),
  manifest: { limits: { memoryMb: 128 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
