import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "characters whose low byte is CR or LF",
  holds: "It is the function's own error, and no field that it did not mean reaches the client.",
  severity: "tame",
  source: handler(
    `return new Response("x", { headers: { "x-a": "a\\u010d\\u010ax-smuggled: 1", "x-b": "\\u560a\\u560dx-smuggled: 1" } });`,
  ),
  expectation: {
    answers: ["function_error"],
    check(answer) {
      expect(answer.headers["x-smuggled"]).toBeUndefined();
    },
  },
} satisfies FunctionAttack;
