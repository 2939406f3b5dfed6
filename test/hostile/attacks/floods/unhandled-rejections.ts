import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a million unhandled rejections",
  holds: "They cost the function its time or memory, flood no log, and reach no other request.",
  severity: "process",
  source: handler(
    `for (let i = 0; i < 1_000_000; i++) Promise.reject(new Error("no " + i)); return new Response("done");`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  expectation: {
    answers: [200, ...outOfMemory],
    check(_answer, field) {
      expect(field.server.logs.where({ function: field.name }).length).toBeLessThan(1_000);
    },
  },
} satisfies FunctionAttack;
