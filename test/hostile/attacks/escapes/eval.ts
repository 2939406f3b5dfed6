import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "indirect and direct eval",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `try { return new Response((0, eval)("typeof process") === "undefined" && eval("typeof require") === "undefined" ? "nothing" : "found"); } catch { return new Response("nothing"); }`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
