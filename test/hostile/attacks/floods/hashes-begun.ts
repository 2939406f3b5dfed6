import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "ten thousand DigestStreams, none of them closed",
  holds: "All but a hundred are refused, and those end with the request.",
  severity: "tame",
  source: handler(
    `const kept = []; let refused = 0; for (let i = 0; i < 10_000; i++) { try { kept.push(new crypto.DigestStream("SHA-256")); } catch { refused++; } }
     return new Response(kept.length + " " + refused);`,
  ),
  manifest: { limits: { cpuMs: 2_000, memoryMb: 128 } },
  times: 2,
  expectation: { answers: [200], body: /^100 9900$/ },
} satisfies FunctionAttack;
