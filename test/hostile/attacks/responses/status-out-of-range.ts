import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "statuses that are none",
  holds: "Each is a RangeError; none reaches the client.",
  severity: "tame",
  source: handler(
    `const out = []; for (const status of [0, 99, 101, 199, 600, 1e9, -1, NaN, Infinity, "2e2 ", null, {}]) { try { out.push(new Response("", { status }).status); } catch (error) { out.push(error.name); } } return new Response(out.join());`,
  ),
  expectation: { answers: [200, "function_error"], body: /^(RangeError,){7}/ },
} satisfies FunctionAttack;
