import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a body that begins and then says nothing",
  holds: "It breaks off at the wall limit.",
  severity: "tame",
  source: handler(`return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(5)); } }));`),
  manifest: { limits: { wallMs: 300 } },
  expectation: { answers: ["broken"] },
} satisfies FunctionAttack;
