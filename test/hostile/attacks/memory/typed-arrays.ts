import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "typed arrays without end",
  holds:
    "Memory outside the heap counts too: an error in the guest or the end of the isolate, at no more than twice the limit.",
  severity: "isolate",
  source: handler(
    `const all = []; try { for (;;) all.push(new Uint8Array(1 << 20).fill(1)); } catch (error) { const n = all.length; all.length = 0; return new Response("held " + n + " " + error.name); }`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: {
    answers: [200, ...outOfMemory],
    check(answer) {
      const held = Number(/^held (\d+)/.exec(answer.text)?.[1] ?? 0);
      expect(held, "MB that it held").toBeLessThanOrEqual(64);
    },
  },
} satisfies FunctionAttack;
