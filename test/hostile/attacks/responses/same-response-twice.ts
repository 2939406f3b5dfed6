import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "one Response for every request",
  holds: "The second time it is the function's own error, or an empty body.",
  severity: "tame",
  source: handler(`globalThis.kept ??= new Response("kept"); return kept;`),
  times: 3,
  expectation: { answers: [200, "function_error", 500], body: /^(kept)?$/ },
} satisfies FunctionAttack;
