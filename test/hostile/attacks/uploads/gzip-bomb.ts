import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a bundle that is 10 KB and unpacks to 10 MB",
  holds: "It is not unpacked: 415.",
  severity: "tame",
  async act(field) {
    const bomb = gzipSync(Buffer.alloc(10 * 2 ** 20, " "));
    expect(await field.put(bomb, { "content-type": "text/javascript", "content-encoding": "gzip" })).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
    expect((await field.put(bomb, { "content-type": "application/zip" })).status).toBe(415);
    expect((await field.put(bomb, { "content-type": "text/javascript" })).status).toBe(400);
  },
} satisfies ClientAttack;
