import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "hosts and paths that make no URL",
  holds: "Each gets 400 or 404 with a code, and none reaches a function that has another host.",
  severity: "tame",
  async act(field) {
    for (const [host, path] of [
      ["a b", "/"],
      ["[::", "/"],
      ["x:99999999", "/"],
      ["x/fn/good", "/"],
      ["x@good.localhost#", "/"],
      ["", "//good.localhost/"],
      ["%00", "/"],
      ["x", "/%"],
      ["x", "/fn/%00/"],
      ["x", "/fn/__proto__/"],
      ["constructor.localhost", "/"],
    ]) {
      const client = await field.connect();
      client.send(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      await client.all();
      expect([400, 404], `${host} ${path}: ${client.received}`).toContain(client.statuses[0]);
    }
  },
} satisfies ClientAttack;
