import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "an import of what Islet generates beside the modules, in an upload",
  holds: "The upload is refused: no bundle can name or import it.",
  severity: "tame",
  async act(field) {
    for (const name of [
      "islet:glue",
      "islet:entry",
      "islet:module/index.js",
      "islet:async/index.js",
      "islet:node",
      "islet:global/process",
      "islet:require",
    ]) {
      const source = `import * as it from ${JSON.stringify(name)}; export default { fetch: () => new Response(Object.keys(it).join()) };`;
      expect((await field.upload(source)).status, name).toBeGreaterThanOrEqual(400);
      const named = await field.upload({ "index.js": "export default { fetch() {} };", [name]: "export {};" });
      expect(named.code, name).toBe("invalid_module_name");
    }
  },
} satisfies ClientAttack;
