import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "expectations that are none",
  holds: "Each gets 417 or a plain answer, and never a wait without end.",
  severity: "tame",
  async act(field) {
    for (const expectation of ["100-continue", "200-ok", "100-continue, 100-continue"]) {
      const client = await field.connect();
      client.send(`GET /fn/good/ HTTP/1.1\r\nhost: x\r\nexpect: ${expectation}\r\nconnection: close\r\n\r\n`);
      await client.all();
      expect([200, 417]).toContain(client.statuses.at(-1));
    }
  },
} satisfies ClientAttack;
