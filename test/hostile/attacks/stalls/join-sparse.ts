import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "join of a sparse array of 2^32",
  holds:
    "A built-in that ignores termination is ended with its isolate or its process; the guilty request gets 502, 503 or 504.",
  severity: "process",
  source: handler(`return new Response(String(new Array(2 ** 32 - 1).join("").length));`),
  expectation: { answers: [...outOfProcess, 200] },
} satisfies FunctionAttack;
