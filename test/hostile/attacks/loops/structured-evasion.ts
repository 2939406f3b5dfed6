import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a loop that V8 unrolls, allocating all the while",
  holds: "The optimised loop still looks whether it is to end: 504 or 503.",
  severity: "isolate",
  source: handler(`for (;;) new Array(1000).fill(0);`),
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
