import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a hundred thousand rejections with reasons that cannot be told",
  holds: "They cost the function its time or memory and flood no log.",
  severity: "isolate",
  source: handler(
    `for (let i = 0; i < 100_000; i++) Promise.reject({ get stack() { throw 1; }, toString: null, [Symbol.toPrimitive]: 1 }); return new Response("done");`,
  ),
  manifest: { limits: { cpuMs: 1500 } },
  expectation: {
    answers: [200, ...outOfMemory],
    check(_answer, field) {
      expect(field.server.logs.where({ function: field.name }).length).toBeLessThan(1_000);
    },
  },
} satisfies FunctionAttack;
