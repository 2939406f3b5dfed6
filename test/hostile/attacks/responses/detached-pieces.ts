import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a body whose buffers are taken away",
  holds: "Nobody else's bytes are sent in their place.",
  severity: "tame",
  source: handler(
    `const b = new Uint8Array(1000).fill(65); const s = new ReadableStream({ start(c) { c.enqueue(b); structuredClone(b, { transfer: [b.buffer] }); c.close(); } }); return new Response(s);`,
  ),
  expectation: { answers: [200, "broken", "function_error"], body: /^(A*|\0*)$/ },
} satisfies FunctionAttack;
