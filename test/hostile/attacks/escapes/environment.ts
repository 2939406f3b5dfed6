import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the environment and the secrets of others",
  holds: "It sees its own env, which is empty, and nobody else's.",
  severity: "tame",
  source: handler(
    `return new Response(JSON.stringify([env, Object.keys(globalThis), Object.getOwnPropertyNames(env)]));`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^\[\{\},/ },
} satisfies FunctionAttack;
