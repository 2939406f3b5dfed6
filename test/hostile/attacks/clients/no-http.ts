import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "what is no HTTP at all",
  holds: "The connection is closed with 400.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 PRI * HTTP/2.0\r\n\r\n");
    const answers = await client.all();
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    // Nothing that was hidden in the request is taken for one.
    expect(client.statuses).toHaveLength(1);
  },
} satisfies ClientAttack;
