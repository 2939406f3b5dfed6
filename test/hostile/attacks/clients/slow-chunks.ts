import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { handler } from "../../attack.ts";

export default {
  title: "a chunked body that does not go on",
  holds: "The wall limit ends it, with 408 or 504.",
  severity: "tame",
  async act(field) {
    await field.deploy(handler("return new Response(await request.text());"), { limits: { wallMs: 300 } });
    const client = await field.connect();
    client.send(`POST /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`);
    expect(await client.until(/^HTTP[\s\S]*\r\n\r\n/)).toMatch(/^HTTP\/1\.1 (408|504) /);
    client.end();
  },
} satisfies ClientAttack;
