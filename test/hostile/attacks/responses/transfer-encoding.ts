import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "content-length and transfer-encoding of the function's own",
  holds: "The server alone says how long a body is: the client reads what was meant.",
  severity: "tame",
  source: handler(
    `return new Response("0123456789", { headers: { "content-length": "3", "transfer-encoding": "chunked" } });`,
  ),
  expectation: { answers: [200, "function_error"], body: /^0123456789$/ },
} satisfies FunctionAttack;
