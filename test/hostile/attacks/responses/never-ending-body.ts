import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a body without end",
  holds: "It breaks off at the wall or CPU limit.",
  severity: "isolate",
  source: handler(
    `return new Response(new ReadableStream({ async pull(c) { c.enqueue(new Uint8Array(65_536)); await new Promise((r) => setTimeout(r, 1)); } }));`,
  ),
  manifest: { limits: { wallMs: 700, cpuMs: 200 } },
  expectation: { answers: ["broken"] },
} satisfies FunctionAttack;
