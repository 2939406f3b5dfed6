import { type FunctionAttack, handler, outOfMemory } from "../../attack.ts";

export default {
  title: "a bomb of nested gzip through zlib.gunzipSync(), and hashes of Node's without end",
  holds: "Both are done in the function's own memory and time, and end with its limits.",
  severity: "isolate",
  source: handler(
    `const bomb = gzipSync(new Uint8Array(20_000_000));
    const kept = [];
    for (;;) { kept.push(gunzipSync(bomb)); createHash("sha512").update(bomb).digest(); }`,
    `import { gzipSync, gunzipSync } from "node:zlib"; import { createHash } from "node:crypto";`,
  ),
  // A buffer that has no room is refused: RangeError.
  expectation: { answers: [...outOfMemory, "function_error"] },
} satisfies FunctionAttack;
