import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { fine } from "../../multipart.ts";

export default {
  title: "ten uploads whose top level never ends, at once",
  holds: "Each is refused in its turn; an honest deploy behind them goes through.",
  severity: "tame",
  async act(field) {
    const bad = Array.from({ length: 10 }, (_, i) => field.upload(`for (;;);// ${i}`, { limits: { startupMs: 50 } }));
    const honest = await field.server.control("PUT", `/v1/functions/${field.name}`, {
      headers: { "content-type": "text/javascript" },
      body: fine,
    });
    expect(honest.status).toBe(201);
    for (const answer of await Promise.all(bad)) expect(["module_startup_limit", "unavailable"]).toContain(answer.code);
    expect((await field.send()).text).toBe("fine");
  },
} satisfies ClientAttack;
