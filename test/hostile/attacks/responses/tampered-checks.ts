import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "CR LF past checks that the function has replaced",
  holds: "The front checks what it writes, whatever the guest believes.",
  severity: "tame",
  source: handler(
    `RegExp.prototype.test = RegExp.prototype.exec = () => null; String.prototype.includes = () => false; String.prototype.toLowerCase = function () { return this; }; return new Response("x", { statusText: "a\\r\\nx-smuggled: 1", headers: { "x-a": "a\\r\\nx-smuggled: 1" } });`,
  ),
  expectation: {
    answers: [200, "function_error"],
    check(answer) {
      expect(answer.headers["x-smuggled"]).toBeUndefined();
    },
  },
} satisfies FunctionAttack;
