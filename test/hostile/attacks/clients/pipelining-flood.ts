import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a thousand pipelined requests",
  holds: "Each is answered, in its turn.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send(
      `${"GET /fn/good/ HTTP/1.1\r\nhost: x\r\n\r\n".repeat(999)}GET /fn/good/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    await client.all();
    expect(client.statuses).toHaveLength(1_000);
    expect(new Set(client.statuses)).toEqual(new Set([200]));
  },
} satisfies ClientAttack;
