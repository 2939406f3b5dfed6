import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "methods that are none, and TRACE",
  holds: "They are answered with a code or by the function; TRACE shows nobody their headers.",
  severity: "tame",
  async act(field) {
    for (const method of ["TRACE", "DELETE", "PROPFIND", "get", "GETT", "G\u0000T", "M".repeat(5_000)]) {
      const client = await field.connect();
      client.send(`${method} /fn/good/ HTTP/1.1\r\nhost: x\r\ncookie: mine\r\nconnection: close\r\n\r\n`);
      await client.all();
      expect(client.received).toMatch(/^HTTP\/1\.1 [2-5]/);
      expect(client.received).not.toContain("cookie: mine");
    }
  },
} satisfies ClientAttack;
