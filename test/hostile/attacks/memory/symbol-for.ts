import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "symbols without end, kept by V8 itself",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`for (let i = 0; ; i++) Symbol.for("some-long-name-of-a-symbol-" + i);`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
