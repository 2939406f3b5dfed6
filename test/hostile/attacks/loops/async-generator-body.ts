import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "an async generator as a body that loops after its first piece",
  holds: "The answer is 504, or breaks off at the CPU limit where it had begun.",
  severity: "isolate",
  source: handler(
    `return new Response(ReadableStream.from((async function* () { yield new Uint8Array(1); for (;;); })()));`,
  ),
  expectation: { answers: [...outOfTime, "broken"], death: /^cpu_limit$/ },
} satisfies FunctionAttack;
