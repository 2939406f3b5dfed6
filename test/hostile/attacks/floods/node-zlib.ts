import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "what gzip unpacks to, kept by zlib.gunzipSync() without end, and hashes of Node's",
  holds: "Both are done in the function's own memory and time, and end with its limits.",
  severity: "isolate",
  // A buffer that has no room is refused with an error, of which the function takes no notice.
  source: handler(
    `const bomb = gzipSync(new Uint8Array(2_000_000));
    const kept = [];
    for (;;) {
      try { kept.push(gunzipSync(bomb)); createHash("sha512").update(bomb).digest(); }
      catch {}
    }`,
    `import { gzipSync, gunzipSync } from "node:zlib"; import { createHash } from "node:crypto";`,
  ),
  manifest: { limits: { cpuMs: 1_500 } },
  expectation: { answers: outOfMemory },
} satisfies FunctionAttack;
