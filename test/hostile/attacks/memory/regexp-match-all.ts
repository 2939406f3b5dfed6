import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a match with millions of results",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`const m = "a".repeat(1 << 24).match(/a/g); return new Response(String(m.length));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [...outOfProcess, 200] },
} satisfies FunctionAttack;
