import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "an answer that looks like one of Islet's errors, with a stack",
  holds: "The client is told that the function threw and nothing else.",
  severity: "tame",
  source: handler(
    `const error = new Error("internal"); error.code = "internal"; error.status = 500; error.stack = "at /home/islet"; error.name = "IsletError"; throw error;`,
  ),
  expectation: {
    answers: ["function_error"],
    check(answer) {
      expect(answer.text).not.toContain("/home/islet");
    },
  },
} satisfies FunctionAttack;
