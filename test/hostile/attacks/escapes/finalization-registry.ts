import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "FinalizationRegistry, whose callbacks run outside all limits",
  holds: "There is no FinalizationRegistry.",
  severity: "tame",
  source: handler(
    `return new Response(typeof FinalizationRegistry === "undefined" ? "nothing" : "FinalizationRegistry");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
