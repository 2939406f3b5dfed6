import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "shared and growing memory",
  holds: "There is no shared memory and no buffer that grows.",
  severity: "tame",
  source: handler(
    `const found = []; if (typeof SharedArrayBuffer !== "undefined") found.push("SharedArrayBuffer"); try { const b = new ArrayBuffer(1, { maxByteLength: 10 }); if (b.resizable) found.push("resizable"); } catch {} try { const m = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }); if (m.buffer.constructor.name === "SharedArrayBuffer") found.push("shared Wasm memory"); } catch {} return new Response(found.join() || "nothing");`,
  ),
  manifest: { limits: { cpuMs: 1000 } },
  expectation: { answers: [200], body: /^nothing$/ },
} satisfies FunctionAttack;
