import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a Set without end",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`const s = new Set(); for (let i = 0; ; i++) s.add("k" + i);`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
