import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "bytes that are no JavaScript",
  holds: "Each is refused with the place of the error.",
  severity: "tame",
  async act(field) {
    for (const body of [
      Buffer.from([0xff, 0xfe, 0, 0xd8]),
      Buffer.alloc(100_000),
      randomBytes(100_000),
      Buffer.from("export default {", "utf16le"),
      Buffer.from("\u2028\u2029\ufeff<!-- x"),
    ]) {
      expect((await field.put(body, { "content-type": "text/javascript" })).status).toBe(400);
    }
  },
} satisfies ClientAttack;
