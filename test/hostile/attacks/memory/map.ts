import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a Map without end",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
