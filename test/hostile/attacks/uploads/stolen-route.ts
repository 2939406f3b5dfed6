import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine } from "../../multipart.ts";

export default {
  title: "routes that another function has, or all of a host",
  holds: "A route that is taken stays with whoever has it, however it is written.",
  severity: "tame",
  async act(field) {
    const answer = await field.upload(fine, {
      routes: ["http://x/", "a/b/../c", "*.*.x/*", "x/*/y", "", "/", "x".repeat(5_000)],
    });
    expect(["invalid_route", "invalid_manifest"]).toContain(answer.code);
    const many = await field.upload(fine, { routes: Array.from({ length: 10_000 }, (_, i) => `h${i}.example/*`) });
    expect(many.code).toBe("invalid_manifest");
  },
} satisfies ClientAttack;
