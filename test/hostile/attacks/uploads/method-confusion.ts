import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "methods that are overridden and paths that are disguised",
  holds: "Each gets what its own method and path get.",
  severity: "tame",
  async act(field) {
    const inDisguise: [string, string, Record<string, string>][] = [
      ["POST", "/v1/functions/good", { "x-http-method-override": "DELETE", "x-method": "DELETE" }],
      ["GET", "/v1/functions/good?_method=DELETE", {}],
      ["PATCH", "/v1/functions/good", {}],
      ["DELETE", "/v1/functions", {}],
      ["DELETE", "/v1/functions/%67ood/../x", {}],
      ["DELETE", "/V1/functions/good", {}],
      ["DELETE", "//v1/functions/good", {}],
      ["PUT", "/v1/openapi.json", {}],
    ];
    for (const [method, path, headers] of inDisguise) {
      expect([200, 400, 404, 405], `${method} ${path}`).toContain(
        (await field.control(method, path, { headers })).status,
      );
    }
    expect((await field.send("/fn/good/")).status).toBe(200);
  },
} satisfies ClientAttack;
