import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "text that is put together and split",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(
    `let s = "x,"; const all = []; for (;;) { s = s.length < 1 << 22 ? s.concat(s) : s; all.push(s.split(",")); all.push(s.split("")); }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
