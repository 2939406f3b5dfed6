import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { handler } from "../../attack.ts";

export default {
  title: "a body that is announced and does not come",
  holds: "The wall limit ends it, with 408 or 504, and other requests of the function go on.",
  severity: "tame",
  async act(field) {
    await field.deploy(handler("return new Response(await request.text());"), { limits: { wallMs: 300 } });
    const client = await field.connect();
    client.send(`POST /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf`);
    expect((await field.send(undefined, { method: "POST", body: "whole" })).text).toBe("whole");
    expect(await client.until(/^HTTP[\s\S]*\r\n\r\n/)).toMatch(/^HTTP\/1\.1 (408|504) /);
    client.end();
  },
} satisfies ClientAttack;
