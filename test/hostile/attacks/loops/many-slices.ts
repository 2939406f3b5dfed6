import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "many short computations, each far below the limit",
  holds: "CPU time counts over all slices of a request: 504 at the CPU limit, not at the wall limit.",
  severity: "isolate",
  source: handler(
    `for (;;) { await new Promise((r) => setTimeout(r, 1)); let x = 0; for (let i = 0; i < 3e6; i++) x += i % 7; }`,
  ),
  manifest: { limits: { wallMs: 20000 } },
  expectation: { answers: outOfTime },
} satisfies FunctionAttack;
