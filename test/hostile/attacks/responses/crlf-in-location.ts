import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "CR LF in the target of a redirect",
  holds: "It is the function's own error, and no field that it did not mean reaches the client.",
  severity: "tame",
  source: handler(`return new Response("x", { headers: { location: "http://x/\\r\\nx-smuggled: 1" } });`),
  expectation: {
    answers: ["function_error"],
    check(answer) {
      expect(answer.headers["x-smuggled"]).toBeUndefined();
    },
  },
} satisfies FunctionAttack;
