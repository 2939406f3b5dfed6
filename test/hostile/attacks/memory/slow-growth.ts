import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a heap that grows with each request",
  holds:
    "What a function keeps from request to request ends its isolate at the memory limit, which it then meets anew.",
  severity: "isolate",
  source: handler(
    `globalThis.kept ??= []; for (let i = 0; i < 30_000; i++) kept.push({ i, text: "k" + i }); return new Response("kept");`,
  ),
  manifest: { limits: { cpuMs: 4_000 } },
  times: 40,
  expectation: { answers: [200, ...outOfMemory, "isolate_lost"], death: /^memory_limit$/ },
} satisfies FunctionAttack;
