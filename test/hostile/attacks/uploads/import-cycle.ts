import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a ring of five hundred modules",
  holds: "It loads or is refused; the server goes on.",
  severity: "tame",
  async act(field) {
    const ring = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`m${i}.js`, `import "./m${(i + 1) % 500}.js"; export default ${i};`]),
    );
    const answer = await field.upload({
      "index.js": `import "./m0.js"; export default { fetch: () => new Response("fine") };`,
      ...ring,
    });
    expect([201, 400]).toContain(answer.status);
    if (answer.status === 201) expect((await field.send()).text).toBe("fine");
  },
} satisfies ClientAttack;
