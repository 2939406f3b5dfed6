import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "an upload past the limit, announced and not",
  holds: "413, and the connection is not read on.",
  severity: "tame",
  async act(field) {
    const client = await field.connectControl();
    client.send(
      `PUT /v1/functions/${field.name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer e2e-token\r\ncontent-type: text/javascript\r\ncontent-length: 99999999999\r\n\r\n`,
    );
    expect(await client.until(/upload_too_large/)).toMatch(/^HTTP\/1\.1 413 /);
    client.end();
    expect(await field.put("x".repeat(11 * 2 ** 20), { "content-type": "text/javascript" })).toMatchObject({
      status: 413,
      code: "upload_too_large",
    });
  },
} satisfies ClientAttack;
