import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine, form, multipart, part } from "../../multipart.ts";

export default {
  title: "modules named as the properties of every object",
  holds: "They are modules like others.",
  severity: "tame",
  async act(field) {
    const named = ["__proto__", "constructor", "hasOwnProperty", "toString", "prototype"];
    const imports = named.map((name, i) => `import m${i} from "./${name}.js";`).join("");
    await field.deploy({
      "index.js": `${imports} export default { fetch: () => new Response([${named.map((_, i) => `m${i}`)}].join()) };`,
      ...Object.fromEntries(named.map((name, i) => [`${name}.js`, `export default ${i};`])),
    });
    expect((await field.send()).text).toBe("0,1,2,3,4");
    const answer = await field.put(form(part("__proto__", fine), part("constructor", "x")), multipart);
    expect([201, 200, 400]).toContain(answer.status);
  },
} satisfies ClientAttack;
