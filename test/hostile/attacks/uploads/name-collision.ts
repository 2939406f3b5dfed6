import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "two modules of one name",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(
      form(part("index.js", "export default {};"), part("index.js", "export default {};")),
      multipart,
    );
    expect([400, 413, 415]).toContain(answer.status);
    expect(["invalid_module_name"]).toContain(answer.code);
  },
} satisfies ClientAttack;
