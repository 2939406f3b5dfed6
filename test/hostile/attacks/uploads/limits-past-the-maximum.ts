import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "limits past the operator's maxima",
  holds: "Each is refused with a code that names the limit.",
  severity: "tame",
  async act(field) {
    for (const [limit, value] of Object.entries({
      memoryMb: 100_000,
      cpuMs: 1e9,
      startupMs: 1e9,
      wallMs: 1e12,
      requestBodyBytes: 1e15,
    })) {
      const answer = await field.upload("export default { fetch() {} };", { limits: { [limit]: value } });
      expect(answer.code).toBe("limit_too_high");
      expect(answer.text).toContain(limit);
    }
  },
} satisfies ClientAttack;
