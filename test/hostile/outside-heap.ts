import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "./attack.ts";

/** Attacks that take memory outside V8's heap, in pieces, and answer `held <MB>` when they get no more. */
export function outsideHeap(title: string, body: string): FunctionAttack {
  return {
    title,
    holds:
      "Memory outside the heap counts too: an error in the guest or the end of the isolate, at no more than twice the limit.",
    severity: "isolate",
    source: handler(body),
    manifest: { limits: { cpuMs: 1500 } },
    expectation: {
      answers: [200, ...outOfMemory],
      check(answer) {
        const held = Number(/^held (\d+)/.exec(answer.text)?.[1] ?? 0);
        expect(held, "MB that it held").toBeLessThanOrEqual(64);
      },
    },
  };
}
