import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "source that imports node:async_hooks, so that it is rewritten, and is nested very deeply",
  holds: "Each is refused; what parses it is a process of its own.",
  severity: "tame",
  async act(field) {
    const deep = (open: string, close: string) => `${open.repeat(2e5)}1${close.repeat(2e5)}`;
    for (const source of [
      `export default ${deep("[", "]")}`,
      `export default async () => { ${deep("await(", ")")} }`,
      `export default ${deep("async()=>", "")}`,
      `export default async () => { ${deep("try{", "}catch{}")} }`,
    ]) {
      const answer = await field.upload(`import "node:async_hooks";\n${source}`);
      expect(answer.status, `${source.slice(0, 60)} ${answer.text.slice(0, 300)}`).toBe(400);
    }
  },
} satisfies ClientAttack;
