import { expect } from "vitest";
import { type ClientAttack, handler } from "../../attack.ts";

export default {
  title: "a second answer, smuggled behind a short content-length",
  holds: "The next request of the same connection gets its own answer.",
  severity: "tame",
  async act(field) {
    await field.deploy(
      handler(
        `return new Response("HTTP/1.1 200 OK\\r\\ncontent-length: 8\\r\\n\\r\\nsmuggled".padStart(100), { headers: { "Content-Length": "2", "content-length ": "2", "Transfer-Encoding": "identity" } });`,
      ),
    );
    const client = await field.connect();
    client.send(
      `GET /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\n\r\nGET /fn/good/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    const answers = await client.all();
    expect(answers.match(/^content-length:/gim)?.length).toBeLessThanOrEqual(3);
    // The good function's answer is the last thing on the connection, as the server framed it.
    expect(answers).toMatch(/ good \d+(\r\n0\r\n\r\n)?$/);
  },
} satisfies ClientAttack;
