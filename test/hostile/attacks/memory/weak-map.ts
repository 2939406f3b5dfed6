import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a WeakMap without end",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(
    `const w = new WeakMap(); const keys = []; for (;;) { const k = {}; keys.push(k); w.set(k, new Array(10).fill(k)); }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
