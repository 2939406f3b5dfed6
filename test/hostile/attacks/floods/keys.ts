import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "a thousand keys, all kept",
  holds: "They are in the guest's own memory, sealed; the host keeps a few open, and every one can still be used.",
  severity: "tame",
  source: handler(
    `const keys = []; for (let i = 0; i < 1_000; i++) keys.push(await crypto.subtle.importKey("raw", new Uint8Array([i, i >> 8]), { name: "HMAC", hash: "SHA-1" }, true, ["sign"]));
     return new Response(String(new Uint8Array(await crypto.subtle.exportKey("raw", keys[513])).join()));`,
  ),
  manifest: { limits: { cpuMs: 2_000 } },
  expectation: { answers: [200], body: /^1,2$/ },
} satisfies FunctionAttack;
