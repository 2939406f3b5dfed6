import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a module of JSON nested a hundred thousand deep",
  holds: "It is refused or an error of the function's own.",
  severity: "tame",
  async act(field) {
    const answer = await field.upload({
      "index.js": `import data from "./data.json"; export default { fetch: () => new Response(typeof data) };`,
      "data.json": { type: "application/json", content: "[".repeat(1e5) + "]".repeat(1e5) },
    });
    expect([201, 400]).toContain(answer.status);
    if (answer.status === 201) expect([200, 500, 504]).toContain((await field.send()).status);
  },
} satisfies ClientAttack;
