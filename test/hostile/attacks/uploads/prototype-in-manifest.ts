import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { form, multipart, part } from "../../multipart.ts";

export default {
  title: "__proto__ as a field, a variable and a limit",
  holds: "The upload is refused with a code, and nothing is deployed.",
  severity: "tame",
  async act(field) {
    const answer = await field.put(
      form(
        part(
          "manifest",
          '{"env":{"__proto__":{"a":1},"constructor":"x"},"limits":{"__proto__":{"cpuMs":1e9}},"modules":{"__proto__":"wasm"}}',
        ),
        part("index.js", "export default {};"),
      ),
      multipart,
    );
    expect([400, 413, 415]).toContain(answer.status);
    expect(["invalid_manifest"]).toContain(answer.code);
  },
} satisfies ClientAttack;
