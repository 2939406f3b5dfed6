import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "what Node has as globals",
  holds: "It finds nothing of Node, of the host or of isolated-vm.",
  severity: "tame",
  source: handler(
    `const found = ["process", "require", "module", "Buffer", "__dirname", "Deno", "Bun", "gc", "d8", "ivm", "global", "setImmediate", "WebAssemblyHost"].filter((name) => name in globalThis); return new Response(found.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
