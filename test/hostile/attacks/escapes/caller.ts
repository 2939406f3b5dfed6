import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the caller of a function, through sloppy code",
  holds: "The runtime's functions are strict and show themselves to nobody.",
  severity: "tame",
  source: handler(
    `let f; try { f = new Function("return this === undefined ? null : arguments.callee.caller"); } catch { return new Response("nothing"); } const out = []; [1].forEach(f); for (const call of [() => f(), () => new ReadableStream({ start: f }), () => new Response("", { headers: { a: { toString: f } } })]) { try { call(); if (f.caller) out.push("caller"); } catch {} } return new Response(out.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
