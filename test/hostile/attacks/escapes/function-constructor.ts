import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "Function and its kin",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const AsyncFunction = (async () => {}).constructor; const out = []; for (const F of [Function, AsyncFunction, (function* () {}).constructor]) { try { const r = await F("return typeof process + typeof require")(); if (typeof r === "string" && r !== "undefinedundefined") out.push(r); } catch {} } return new Response(out.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
