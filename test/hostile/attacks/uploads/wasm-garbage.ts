import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { handler } from "../../attack.ts";

export default {
  title: "WebAssembly that is none, or wants 4 GB at once",
  holds: "The upload is refused, or its use is an error of the function's own.",
  severity: "tame",
  async act(field) {
    const bytes = [
      Buffer.from("garbage"),
      Buffer.from("0061736d01000000ffffffff0f", "hex"),
      Buffer.from("0061736d01000000050501018080048080 04".replace(" ", ""), "hex"),
      Buffer.concat([Buffer.from("0061736d01000000", "hex"), Buffer.alloc(100_000, 1)]),
    ];
    for (const content of bytes) {
      const answer = await field.upload({
        "index.js": handler(
          "try { new WebAssembly.Instance(wasm); return new Response('instance'); } catch (error) { return new Response(error.name); }",
          'import wasm from "./a.wasm";',
        ),
        "a.wasm": { type: "application/wasm", content: new Uint8Array(content) },
      });
      expect([201, 400]).toContain(answer.status);
      if (answer.status === 201) expect((await field.send()).text).toMatch(/Error$|^instance$/);
    }
  },
} satisfies ClientAttack;
