import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { handler } from "../../attack.ts";

export default {
  title: "five hundred requests whose clients go at once",
  holds: "They are given up; the function's isolate goes on.",
  severity: "tame",
  async act(field) {
    await field.deploy(handler("await new Promise((r) => setTimeout(r, 50)); return new Response('late');"), {
      limits: { cpuMs: 1_000 },
    });
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => field.connect()));
      for (const client of clients) {
        client.send(`GET /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\n\r\n`);
        client.end();
      }
    }
    expect((await field.send()).text).toBe("late");
  },
} satisfies ClientAttack;
