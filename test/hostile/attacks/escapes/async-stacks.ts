import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the stack of an error behind an await of the host",
  holds: "It names the bundle's modules and nothing of the host.",
  severity: "tame",
  source: handler(
    `await new Promise((r) => setTimeout(r, 1)); const { stack } = new Error("here"); return new Response(/\\/tmp\\/|node_modules|node:|file:\\/\\/|\\.ts/.test(stack) ? stack : "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
