import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "shared array buffers that grow",
  holds:
    "Memory outside the heap counts too: an error in the guest or the end of the isolate, at no more than twice the limit.",
  severity: "isolate",
  source: handler(
    `const all = []; let mb = 0; try { for (; mb < 512;) { const b = new SharedArrayBuffer(1, { maxByteLength: 1 << 26 }); all.push(b); b.grow(1 << 26); new Uint8Array(b).fill(1); mb += 64; } } catch (error) { return new Response("held " + mb + " " + error.name); } return new Response("held " + mb);`,
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
