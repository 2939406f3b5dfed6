import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a body whose pieces are no bytes",
  holds: "The body breaks off or is an error of the function's own.",
  severity: "tame",
  source: handler(
    `return new Response(new ReadableStream({ start(c) { for (const piece of [5, {}, null, "text", Symbol.iterator]) c.enqueue(piece); c.close(); } }));`,
  ),
  expectation: { answers: ["broken", "function_error", 500] },
} satisfies FunctionAttack;
