import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a megabyte of headers",
  holds: "The head is read no further than the server's bound: 431, or the connection is reset.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send(`GET /fn/good/ HTTP/1.1\r\nhost: x\r\n${"x-a: ".concat("v".repeat(1_000), "\r\n").repeat(1_000)}\r\n`);
    const answers = await client.all();
    // The connection closes with most of the head unread, and its reset may overtake the answer.
    expect(answers).toMatch(/^(HTTP\/1\.1 431 |$)/);
    // Nothing that was hidden in the request is taken for one.
    expect(client.statuses.length).toBeLessThanOrEqual(1);
  },
} satisfies ClientAttack;
