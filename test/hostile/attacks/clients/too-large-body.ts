import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";
import { handler } from "../../attack.ts";

export default {
  title: "a body past the limit, announced and not",
  holds: "413, at the announcement or at the first byte too many.",
  severity: "tame",
  async act(field) {
    await field.deploy(handler("return new Response(String((await request.text()).length));"), {
      limits: { requestBodyBytes: 1_000, cpuMs: 500 },
    });
    expect(await field.send(undefined, { method: "POST", body: "x".repeat(1_001) })).toMatchObject({
      status: 413,
      code: "body_too_large",
    });
    const client = await field.connect();
    client.send(`POST /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
    for (let i = 0; i < 100; i++) client.send(`64\r\n${"x".repeat(100)}\r\n`);
    expect(await client.until(/^HTTP[\s\S]*\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
    client.end();
  },
} satisfies ClientAttack;
