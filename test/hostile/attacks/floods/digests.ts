import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "digests without end, made by the host",
  holds: "What the host does for a function counts as its CPU time: 504.",
  severity: "isolate",
  source: handler(`const b = new Uint8Array(1 << 16); for (;;) await crypto.subtle.digest("SHA-512", b);`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
