import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import type { RawClient } from "../../raw-client.ts";

export default {
  title: "two thousand connections that never say anything",
  holds: "The good function is answered all the while.",
  severity: "tame",
  async act(field) {
    const clients: RawClient[] = [];
    for (let i = 0; i < 20; i++) {
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => field.connect()))));
      expect((await field.send("/fn/good/")).status).toBe(200);
    }
    expect((await field.send("/fn/good/")).status).toBe(200);
    for (const client of clients) client.end();
  },
} satisfies ClientAttack;
