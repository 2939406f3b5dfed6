import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "text without end, decoded by the host",
  holds: "What the host does for a function counts as its CPU time: 504.",
  severity: "isolate",
  source: handler(
    `const b = new Uint8Array(1 << 22).fill(200); const d = new TextDecoder("utf-16le"); for (;;) d.decode(b);`,
  ),
  expectation: { answers: [...outOfTime, "function_memory_limit"] },
} satisfies FunctionAttack;
