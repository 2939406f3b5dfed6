import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "source nested ten thousand deep, of many kinds",
  holds: "Each is refused or loads; what parses it does not crash.",
  severity: "tame",
  async act(field) {
    const deep = (open: string, close: string) => `export default ${open.repeat(1e4)}1${close.repeat(1e4)}`;
    for (const source of [
      deep("(", ")"),
      deep("[", "]"),
      deep("{a:", "}"),
      deep("`${", "}`"),
      deep("()=>", ""),
      deep("!", ""),
      `${"{".repeat(1e4)}${"}".repeat(1e4)}\nexport default { fetch() {} };`,
      `export default /${"(".repeat(1e4)}/`,
      `${"import('a');".repeat(1e4)}`,
      "/*".repeat(1e4),
      "`".repeat(9_999),
      "a?.".repeat(1e4),
    ]) {
      const answer = await field.upload(source);
      expect(answer.status, `${source.slice(0, 30)} ${answer.text.slice(0, 300)}`).toBe(400);
    }
  },
} satisfies ClientAttack;
