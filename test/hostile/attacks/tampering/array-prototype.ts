import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the methods of Array.prototype, replaced",
  holds:
    "The runtime took what it uses before the function ran: it answers as if nothing had been replaced, or with the function's own error.",
  severity: "tame",
  source: handler(
    `console.log("said"); await new Promise((r) => setTimeout(r, 1)); const text = await new Response("fine").text(); new URL("http://h/?a=b").searchParams.get("a"); return new Response(text + request.headers.get("host").length, { headers: { "x-a": "b", "x-c": "d" } });`,
    `const evil = () => { throw new Error("tampered"); };
for (const key of Object.getOwnPropertyNames(Array.prototype)) if (typeof Array.prototype[key] === "function") Array.prototype[key] = () => 5;`,
  ),
  manifest: { limits: { cpuMs: 500 } },
  times: 2,
  expectation: { answers: [200, "function_error"], body: /^fine/ },
} satisfies FunctionAttack;
