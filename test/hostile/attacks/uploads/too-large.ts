import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "an upload that is announced to be larger than may be",
  holds: "413, and the connection is not read on.",
  severity: "tame",
  async act(field) {
    const client = await field.connectControl();
    client.send(
      `PUT /v1/functions/${field.name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer e2e-token\r\ncontent-type: text/javascript\r\ncontent-length: 99999999999\r\n\r\n`,
    );
    expect(await client.until(/upload_too_large/)).toMatch(/^HTTP\/1\.1 413 /);
    client.end();
  },
} satisfies ClientAttack;
