import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "long calls of node:crypto without a callback, from a thread, one after the other",
  holds:
    "They take a tenth of the host's thread, which they are done on, and what is wrong with one leaves nothing for others.",
  severity: "tame",
  source: handler(
    `let done = 0, refused = 0;
     for (let i = 0; i < 60; i++) {
       try { scryptSync("p", "s", 8, { N: 2 ** 14, r: 8, p: 1 }); done++; } catch ({ name }) { if (name === "OperationError") refused++; }
       try { scryptSync("p", "s", 8, { N: 0, r: 0, p: 1e6 }); done += 100; } catch {}
       try { scryptSync("p", "s", 8, { N: 2 ** 12, maxmem: 1 }); } catch {}
       generateKeyPairSync("ed25519");
     }
     return new Response(done > 0 && done < 30 && refused > 30 ? "bounded" : done + " " + refused);`,
    `import { generateKeyPairSync, scryptSync } from "node:crypto";`,
  ),
  manifest: { limits: { cpuMs: 5_000, memoryMb: 128 } },
  expectation: { answers: [200], body: /^bounded$/ },
} satisfies FunctionAttack;
