import { expect } from "vitest";
import type { ClientAttack } from "../../attack.ts";

export default {
  title: "a transfer-encoding that only some read as chunked",
  holds: "The request is refused and the connection closed, so that nothing behind it is read.",
  severity: "tame",
  async act(field) {
    const client = await field.connect();
    client.send(
      "POST /fn/good/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /fn/good/ HTTP/1.1\r\nhost: x\r\n\r\n",
    );
    const answers = await client.all();
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    // Nothing that was hidden in the request is taken for one.
    expect(client.statuses).toHaveLength(1);
  },
} satisfies ClientAttack;
