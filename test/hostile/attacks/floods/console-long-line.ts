import { expect } from "vitest";
import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "one line of 64 MB",
  holds: "The line is cut before it crosses the bridge.",
  severity: "isolate",
  source: handler(`console.log("x".repeat(1 << 26)); return new Response("said");`),
  manifest: { limits: { cpuMs: 2000, memoryMb: 256 } },
  expectation: {
    answers: [200, ...outOfMemory],
    check(_answer, field) {
      for (const { msg } of field.server.logs.where({ function: field.name }))
        expect(String(msg).length).toBeLessThan(300_000);
    },
  },
} satisfies FunctionAttack;
