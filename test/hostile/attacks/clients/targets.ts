import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "targets in absolute, authority and asterisk form",
  holds: "No target reaches another place than its own path.",
  severity: "tame",
  async act(field) {
    for (const line of [
      "CONNECT 127.0.0.1:22 HTTP/1.1",
      "GET http://127.0.0.1:22/ HTTP/1.1",
      "OPTIONS * HTTP/1.1",
      "GET /fn/../../../etc/passwd HTTP/1.1",
      "GET /fn/good/..%2f..%2f HTTP/1.1",
      "GET file:///etc/passwd HTTP/1.1",
    ]) {
      const client = await field.connect();
      client.send(`${line}\r\nhost: nobody\r\nconnection: close\r\n\r\n`);
      await client.all();
      expect(client.received).not.toMatch(/root:|SSH-/);
    }
  },
} satisfies ClientAttack;
