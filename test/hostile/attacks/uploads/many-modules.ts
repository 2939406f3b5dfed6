import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "ten thousand modules",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(
      form(...Array.from({ length: 10_000 }, (_, i) => part(`${i}.js`, "export default 1;"))),
      multipart,
    );
    expect([400, 413, 415]).toContain(answer.status);
    expect(["upload_too_large", "invalid_upload"]).toContain(answer.code);
  },
} satisfies ClientAttack;
