import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "three hundred heads that come a byte at a time",
  holds: "The good function is answered all the while; the server is rid of them when they go.",
  severity: "tame",
  async act(field) {
    const clients = await Promise.all(Array.from({ length: 300 }, () => field.connect()));
    for (const byte of "GET /fn/good/ HTTP/1.1\r\nhost: x\r\nx-slow: ") {
      for (const client of clients) client.send(byte);
      expect((await field.send("/fn/good/")).status).toBe(200);
    }
    for (const client of clients) client.end();
  },
} satisfies ClientAttack;
