import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "upgrades to WebSocket and HTTP/2",
  holds: "They are answered as plain requests or refused; no socket is left without a reader.",
  severity: "tame",
  async act(field) {
    for (const upgrade of ["websocket", "h2c", "tls/1.0"]) {
      const client = await field.connect();
      client.send(
        `GET /fn/good/ HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: ${upgrade}\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n`,
      );
      await client.all();
      expect(client.statuses[0]).not.toBe(101);
    }
  },
} satisfies ClientAttack;
