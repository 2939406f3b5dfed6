import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "a thousand manifests",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(form(...Array.from({ length: 1_000 }, () => part("manifest", "{}"))), multipart);
    expect([400, 413, 415]).toContain(answer.status);
    expect(["invalid_upload"]).toContain(answer.code);
  },
} satisfies ClientAttack;
