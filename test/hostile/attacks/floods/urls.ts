import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "URLs without end, parsed by the host",
  holds: "What the host does for a function counts as its CPU time: 504.",
  severity: "isolate",
  source: handler(`const long = "http://h/" + "%20a/../".repeat(100_000); for (;;) new URL(long);`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
