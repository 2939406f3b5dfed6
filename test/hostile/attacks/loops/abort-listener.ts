import { type ClientAttack, handler } from "../../attack.ts";

export default {
  title: "a listener for the client's going that loops",
  holds: "The abort is told to the function within its limit, and its isolate ends.",
  severity: "isolate",
  async act(field) {
    await field.deploy(
      handler(
        `request.signal.addEventListener("abort", () => { for (;;); }); console.log("listening"); await new Promise(() => {});`,
      ),
    );
    const client = await field.connect();
    client.send(`GET /fn/${field.name}/ HTTP/1.1\r\nhost: x\r\n\r\n`);
    await field.server.logs.find({ function: field.name, msg: "listening" });
    client.end();
    await field.server.logs.find({ isolate: new RegExp(`^${field.name}@`), reason: "cpu_limit" });
  },
} satisfies ClientAttack;
