import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "two megabytes of headers",
  holds: "More than 64 KiB of headers are the function's own error, which names the limit.",
  severity: "tame",
  source: handler(
    `const h = new Headers(); for (let i = 0; i < 2_000; i++) h.set("x-" + i, "v".repeat(1000)); return new Response("x", { headers: h });`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: {
    answers: ["function_error", "function_header_limit"],
    check(answer) {
      expect(answer.text).toMatch(/responseHeaderBytes/);
    },
  },
} satisfies FunctionAttack;
