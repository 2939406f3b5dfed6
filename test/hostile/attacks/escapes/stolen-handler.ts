import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "another function's module, by import",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const out = []; for (const name of ["good", "../good/index.js", "/good/index.js", "islet:good", "islet:runtime", "index.js?good"]) { try { const m = await import(name); out.push(name + JSON.stringify(Object.keys(m))); } catch {} } return new Response(out.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
