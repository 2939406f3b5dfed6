import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "an error whose text is 16 MB",
  holds: "The answer and the log have a little of it, or none.",
  severity: "tame",
  source: handler(`throw new Error("x".repeat(1 << 24));`),
  manifest: { limits: { cpuMs: 1000, memoryMb: 64 } },
  expectation: {
    answers: ["function_error"],
    check(answer) {
      expect(answer.text.length).toBeLessThan(10_000);
    },
  },
} satisfies FunctionAttack;
