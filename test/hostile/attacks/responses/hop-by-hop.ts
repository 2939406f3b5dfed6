import { expect } from "vitest";
import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "headers that are the connection's affair",
  holds: "The function has no say in the connection: it neither closes nor upgrades it.",
  severity: "tame",
  source: handler(
    `return new Response("x", { headers: { connection: "upgrade, close", upgrade: "h2c", "keep-alive": "timeout=9999", trailer: "x-a", "proxy-authenticate": "Basic", te: "trailers" } });`,
  ),
  expectation: {
    answers: [200, "function_error"],
    check(answer) {
      for (const name of ["upgrade", "trailer", "te"]) expect(answer.headers[name]).toBeUndefined();
      expect(answer.headers.connection ?? "keep-alive").toBe("keep-alive");
    },
  },
} satisfies FunctionAttack;
