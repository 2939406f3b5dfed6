import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

/* What an invocation leaves behind in its isolate when it ends before its work does. */

let server: TestServer;
let origin: Origin;

beforeAll(async () => {
  origin = await Origin.start({ "/never": () => undefined });
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

test.each([
  ["a fetch", 504, `await fetch(origin + "/never");`],
  ["a timer", 504, `await new Promise((resolve) => setTimeout(resolve, 1e6));`],
  ["a body that is read", 504, "await request.text();"],
  ["a fetch that nobody waits for", 200, `fetch(origin + "/never").then(() => big.length);`],
  ["a timer that nobody waits for", 200, "setTimeout(() => big.length, 1e6);"],
])("%s holds no memory afterwards", async (what, status, body) => {
  const name = what.replaceAll(" ", "-");
  const source = `export default { async fetch(request, { origin }) {
      const big = new Uint8Array(2 << 20).fill(1);
      ${body}
      return new Response(String(big.length));
    } };`;
  await server.deploy(name, source, {
    env: { origin: origin.url },
    limits: { wallMs: status === 200 ? 5_000 : 250, memoryMb: 96 },
  });
  const send = async () => {
    if (!name.includes("body")) return server.send(`/fn/${name}/`);
    const endless = new PassThrough();
    endless.write("a");
    return server.send(`/fn/${name}/`, { method: "POST", body: endless });
  };
  for (let i = 0; i < (status === 200 ? 40 : 12); i++) {
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(status));
  }
});
