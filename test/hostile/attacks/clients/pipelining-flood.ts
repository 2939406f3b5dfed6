import { expect } from "vitest";
import { type ClientAttack, handler } from "../../attack.ts";

export default {
  title: "a thousand pipelined requests",
  holds: "Each is answered, in its turn.",
  severity: "tame",
  async act(field) {
    // Not the good function, which has a thread: on a machine that is busy, a thousand turns of one take longer than a request waits.
    await field.deploy(handler(`return new Response("fine");`));
    const client = await field.connect();
    const request = `GET /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\n`;
    client.send(`${`${request}\r\n`.repeat(999)}${request}connection: close\r\n\r\n`);
    await client.all();
    expect(client.statuses).toHaveLength(1_000);
    expect(new Set(client.statuses)).toEqual(new Set([200]));
  },
} satisfies ClientAttack;
