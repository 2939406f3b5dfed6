import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "a manifest nested a hundred thousand deep",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(
      form(part("manifest", `${'{"env":'.repeat(1e5)}1${"}".repeat(1e5)}`), part("index.js", "export default {};")),
      multipart,
    );
    expect([400, 413, 415]).toContain(answer.status);
    expect(["invalid_manifest", "invalid_upload"]).toContain(answer.code);
  },
} satisfies ClientAttack;
