import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "limits that are no amounts",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(
      form(
        part("manifest", '{"limits":{"cpuMs":-1,"memoryMb":1e99,"wallMs":0.5,"startupMs":"9"}}'),
        part("index.js", "export default {};"),
      ),
      multipart,
    );
    expect([400, 413, 415]).toContain(answer.status);
    expect(["invalid_manifest", "limit_too_high"]).toContain(answer.code);
  },
} satisfies ClientAttack;
