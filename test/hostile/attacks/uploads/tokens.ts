import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "tokens that are missing, wrong, partial or of another scheme",
  holds: "401 for each, and nothing is told or changed.",
  severity: "tame",
  async act(field) {
    const wrong = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer e2e-toke",
      "Bearer e2e-token ".concat("x"),
      "bearer\te2e-tokenx",
      "Basic ZTJlLXRva2Vu",
      "Bearer E2E-TOKEN",
      "e2e-token",
      `Bearer ${"e2e-token".repeat(500)}`,
      "Bearer e2e-token, Bearer x",
    ];
    for (const authorization of wrong) {
      for (const [method, path] of [
        ["GET", "/v1/functions"],
        ["PUT", `/v1/functions/${field.name}`],
        ["DELETE", "/v1/functions/good"],
        ["POST", "/v1/functions/good/rollback"],
      ]) {
        const response = await fetch(field.server.controlUrl + path, {
          method: method as string,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(response.status, `${authorization} ${method} ${path}`).toBe(401);
        expect(await response.text()).not.toContain("e2e-token");
      }
    }
    expect((await fetch(`${field.server.controlUrl}/v1/functions?token=e2e-token&access_token=e2e-token`)).status).toBe(
      401,
    );
  },
} satisfies ClientAttack;
