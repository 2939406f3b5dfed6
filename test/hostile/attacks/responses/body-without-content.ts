import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a body with 204 and 304",
  holds: "The connection stays in step.",
  severity: "tame",
  source: handler(
    `try { return new Response("body", { status: 204 }); } catch { return new Response(null, { status: 204, headers: { "content-length": "5" } }); }`,
  ),
  times: 3,
  expectation: { answers: [204] },
} satisfies FunctionAttack;
