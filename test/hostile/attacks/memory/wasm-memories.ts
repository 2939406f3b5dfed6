import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "thousands of empty WebAssembly memories",
  holds: "Each takes 8 GB of addresses: the thousandth is refused at the latest.",
  severity: "isolate",
  source: handler(
    `const all = []; try { for (; all.length < 20_000;) all.push(new WebAssembly.Memory({ initial: 0, maximum: 1 })); } catch (error) { return new Response("made " + all.length + " " + error.name); } return new Response("made " + all.length);`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: { answers: [200, ...outOfMemory], body: /^made \d{1,3} / },
} satisfies FunctionAttack;
