import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "fifty uploads that stop half way",
  holds: "Others deploy meanwhile.",
  severity: "tame",
  async act(field) {
    const clients = await Promise.all(Array.from({ length: 50 }, () => field.connectControl()));
    for (const client of clients)
      client.send(
        `PUT /v1/functions/${field.name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer e2e-token\r\ncontent-type: text/javascript\r\ncontent-length: 1000\r\n\r\nexport`,
      );
    await field.deploy("export default { fetch: () => new Response('fine') };");
    expect((await field.send()).text).toBe("fine");
    for (const client of clients) client.end();
  },
} satisfies ClientAttack;
