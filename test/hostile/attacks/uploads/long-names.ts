import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine, form, multipart, part } from "../../multipart.ts";

export default {
  title: "modules whose names are longer than a file's may be",
  holds: "Each is refused: a module's name is a relative path within its bundle.",
  severity: "tame",
  async act(field) {
    for (const name of [`${"a/".repeat(200)}b.js`, "x".repeat(5_000)]) {
      const answer = await field.put(form(part("index.js", fine), part(name, "export default 1;")), multipart);
      expect({ name, code: answer.code }).toMatchObject({
        name,
        code: expect.stringMatching(/^(invalid_module_name|invalid_upload)$/),
      });
    }
  },
} satisfies ClientAttack;
