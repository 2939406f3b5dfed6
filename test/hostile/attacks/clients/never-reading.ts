import { type ClientAttack, handler } from "../../attack.ts";

export default {
  title: "clients that ask for 64 MB and never read",
  holds: "What is not read is not made: the stream waits, ends at its wall limit, and the front holds little of it.",
  severity: "tame",
  async act(field) {
    await field.deploy(
      handler(
        "let n = 0; return new Response(new ReadableStream({ pull(c) { if (++n > 1024) c.close(); else c.enqueue(new Uint8Array(65_536)); } }));",
      ),
      { limits: { wallMs: 1_500, cpuMs: 1_000 } },
    );
    const clients = await Promise.all(Array.from({ length: 20 }, () => field.connect()));
    for (const client of clients) {
      client.socket.pause();
      client.send(`GET /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\n\r\n`);
    }
    const { logs } = field.server;
    await logs.find({ function: field.name, msg: "request", broken: /./ });
    for (const client of clients) client.end();
  },
} satisfies ClientAttack;
