import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a hundred thousand streams that nobody reads",
  holds: "They cost the function its own time and memory.",
  severity: "isolate",
  source: handler(
    `for (let i = 0; i < 100_000; i++) new Response(new ReadableStream({ pull() {} })).body.getReader().read(); return new Response("opened");`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [200, ...outOfMemory] },
} satisfies FunctionAttack;
