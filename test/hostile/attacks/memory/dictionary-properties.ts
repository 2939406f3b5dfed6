import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "an object of properties without end",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`const o = {}; for (let i = 0; ; i++) o["k" + i] = i;`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
