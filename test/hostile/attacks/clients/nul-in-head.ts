import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "NUL in a header",
  holds: "The request is refused and the connection closed, so that nothing behind it is read.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send("GET /fn/good/ HTTP/1.1\r\nhost: x\r\nx-a: a\0b\r\n\r\nGET /fn/good/ HTTP/1.1\r\nhost: x\r\n\r\n");
    const answers = await client.all();
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    // Nothing that was hidden in the request is taken for one.
    expect(client.statuses).toHaveLength(1);
  },
} satisfies ClientAttack;
