import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a URL of a megabyte",
  holds: "The head is read no further than the server's bound: 431 or 414.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send(`GET /fn/good/?${"x".repeat(1 << 20)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const answers = await client.all();
    expect(answers).toMatch(/^HTTP\/1\.1 (431|414) /);
    // Nothing that was hidden in the request is taken for one.
    expect(client.statuses).toHaveLength(1);
  },
} satisfies ClientAttack;
