import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "pieces after the end",
  holds: "They reach nobody, neither this client nor the next.",
  severity: "tame",
  source: handler(
    `let control; const s = new ReadableStream({ start(c) { control = c; c.enqueue(new Uint8Array(1)); c.close(); } }); setTimeout(() => { try { control.enqueue(new Uint8Array(9)); } catch {} }, 1); ctx.waitUntil(new Promise((r) => setTimeout(r, 20))); return new Response(s);`,
  ),
  expectation: { answers: [200], body: /^\0$/ },
} satisfies FunctionAttack;
