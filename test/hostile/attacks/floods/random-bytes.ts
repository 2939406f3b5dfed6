import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "random bytes without end, made by the host",
  holds: "What the host does for a function counts as its CPU time: 504.",
  severity: "isolate",
  source: handler(`const b = new Uint8Array(65_536); for (;;) crypto.getRandomValues(b);`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
