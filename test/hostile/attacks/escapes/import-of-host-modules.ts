import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "import() of the host's modules, by all their names",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const out = []; for (const name of ["node:fs", "fs", "node:child_process", "isolated-vm", "/etc/passwd", "file:///etc/passwd", "data:text/javascript,export default 1", "http://127.0.0.1/", "../../src/isolate/modules.ts", "node:vm", "islet:node", "islet:required", "islet:require", "islet:global/process", "islet:async/index.js"]) { try { await import(name); out.push(name); } catch {} } return new Response(out.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
