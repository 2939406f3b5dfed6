import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

export default {
  title: "a URL pattern whose regular expression backtracks without end",
  holds: "It is matched inside the isolate, in the function's own CPU time: 504.",
  severity: "isolate",
  source: handler(`
    const pattern = new URLPattern({ pathname: "/((?:a+)+b)" });
    return new Response(String(pattern.test("https://example.com/" + "a".repeat(50))));`),
  expectation: { answers: [...outOfTime] },
} satisfies FunctionAttack;
