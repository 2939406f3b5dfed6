import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a chain of nine hundred modules, each awaiting at its top level",
  holds: "It loads or is refused; the server goes on.",
  severity: "tame",
  async act(field) {
    const chain = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [
        `m${i}.js`,
        `${i < 899 ? `import "./m${i + 1}.js";` : ""} await null; export default ${i};`,
      ]),
    );
    const answer = await field.upload({
      "index.js": `import "./m0.js"; export default { fetch: () => new Response("fine") };`,
      ...chain,
    });
    expect([201, 400]).toContain(answer.status);
    if (answer.status === 201) expect([200, 504]).toContain((await field.send()).status);
  },
} satisfies ClientAttack;
