import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine } from "../../multipart.ts";

export default {
  title: "functions whose names are paths, or no names",
  holds: "Each is refused, as a name that is none or a path that is not there.",
  severity: "tame",
  async act(field) {
    for (const name of [
      "..%2f..%2fx",
      "%2e%2e",
      "a%2fb",
      "a%00b",
      "A",
      "-a",
      "a-",
      "a".repeat(64),
      "__proto__",
      "a%20b",
      "%ff",
    ]) {
      const answer = await field.control("PUT", `/v1/functions/${name}`, {
        headers: { "content-type": "text/javascript" },
        body: fine,
      });
      expect([400, 404], name).toContain(answer.status);
    }
  },
} satisfies ClientAttack;
