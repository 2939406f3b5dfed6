import { type FunctionAttack, handler, outOfProcess } from "../../attack.ts";

export default {
  title: "a built-in whose result is far past the limit",
  holds: "V8 may abort the process for this: the guilty request gets 502, 503 or 504, and the process is replaced.",
  severity: "process",
  source: handler(`return new Response(String(new Array(1 << 25).fill("x").map((x, i) => x + i).length));`),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: outOfProcess },
} satisfies FunctionAttack;
