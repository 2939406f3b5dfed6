import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "Atomics.wait on memory that nobody wakes",
  holds: "There is no shared memory and no way to block the thread.",
  severity: "tame",
  source: handler(
    `try { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return new Response("waited"); } catch (error) { return new Response(error.name); }`,
  ),
  expectation: { answers: [200], body: /^(ReferenceError|TypeError)$/ },
} satisfies FunctionAttack;
