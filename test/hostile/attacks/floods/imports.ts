import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "import() of the same module five thousand times",
  holds: "Each costs the function its own time; the answer is its own or 504.",
  severity: "isolate",
  source: handler(
    `for (let i = 0; i < 5_000; i++) import("./nothing-" + i + ".js").catch(() => {}); return new Response("asked");`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  expectation: { answers: [200, ...outOfMemory] },
} satisfies FunctionAttack;
