import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "Array.prototype.join that gives an object",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `console.log("said"); await new Promise((r) => setTimeout(r, 1)); const text = await new Response("fine").text(); new URL("http://h/?a=b").searchParams.get("a"); return new Response(text + request.headers.get("host").length, { headers: { "x-a": "b", "x-c": "d" } });`,
    `Array.prototype.join = () => ({});`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^fine/ },
} satisfies FunctionAttack;
