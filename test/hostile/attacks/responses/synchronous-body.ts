import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a body of a million pieces at once",
  holds: "The isolate ends at its CPU or memory limit.",
  severity: "isolate",
  source: handler(
    `return new Response(new ReadableStream({ start(c) { for (;;) c.enqueue(new Uint8Array(1024)); } }));`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [...outOfMemory, "broken", "function_error"] },
} satisfies FunctionAttack;
