import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
const gates = { first: heldPath(), second: heldPath(), hold: heldPath() };

beforeAll(async () => {
  origin = await Origin.start({
    "/first": gates.first.handler,
    "/second": gates.second.handler,
    "/hold": gates.hold.handler,
  });
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Sends a GET and resolves with the answer's head; the body is the caller's to read. */
async function open(path: string): Promise<IncomingMessage> {
  const request = httpRequest(server.url + path).end();
  const [response] = await once(request, "response");
  return response as IncomingMessage;
}

test("a chunk reaches the client before the next one is made", async () => {
  await server.deploy(
    "steps",
    `export default {
        fetch(request) {
          const origin = new URL(request.url).searchParams.get("origin");
          const encoder = new TextEncoder();
          return new Response(new ReadableStream({
            async start(controller) {
              controller.enqueue(encoder.encode("one"));
              controller.enqueue(encoder.encode(await (await fetch(origin + "/first")).text()));
              controller.enqueue(encoder.encode(await (await fetch(origin + "/second")).text()));
              controller.close();
            },
          }));
        },
      };`,
  );
  const response = await open(`/fn/steps/?origin=${origin.url}`);
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  const next = async () => (await chunks.next()).value;
  expect(await next()).toBe("one");
  (await gates.first.asked).end("two");
  expect(await next()).toBe("two");
  (await gates.second.asked).end("three");
  expect(await next()).toBe("three");
  expect(await next()).toBeUndefined();
});

test("the function reads a chunk before the client sends the next one", async () => {
  await server.deploy(
    "ping-pong",
    `export default {
        fetch: (request) => new Response(request.body.pipeThrough(new TransformStream({
          transform(chunk, controller) { controller.enqueue(new TextEncoder().encode("<" + new TextDecoder().decode(chunk) + ">")); },
        }))),
      };`,
  );
  const request = httpRequest(server.to("ping-pong"), { method: "POST" });
  const answered = once(request, "response");
  request.write("one");
  const [response] = (await answered) as [IncomingMessage];
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  expect(await chunks.next()).toMatchObject({ value: "<one>" });
  request.write("two");
  expect(await chunks.next()).toMatchObject({ value: "<two>" });
  request.end();
  expect(await chunks.next()).toMatchObject({ done: true });
});

test("new Response(request.body) passes bodies of any size on", async () => {
  await server.deploy("pass", "export default { fetch: (request) => new Response(request.body) };");
  for (const size of [0, 10, 70_000, 5 * 1024 * 1024]) {
    const body = randomBytes(size);
    const answer = await server.send("/fn/pass/", { method: "POST", body });
    expect(answer.bytes.equals(body)).toBe(true);
  }
});

test.each(["string", "bytes", "stream"])("10 MB made as %s arrive whole", async (kind) => {
  await server.deploy(
    "large",
    `const size = 10 * 1024 * 1024;
      export default {
        fetch(request) {
          const kind = new URL(request.url).pathname;
          if (kind === "/string") return new Response("0123456789abcdef".repeat(size / 16));
          const bytes = new TextEncoder().encode("0123456789abcdef".repeat(size / 160));
          if (kind === "/bytes") { const all = new Uint8Array(size); for (let i = 0; i < 10; i++) all.set(bytes, i * bytes.length); return new Response(all); }
          let sent = 0;
          return new Response(new ReadableStream({
            pull(controller) { if (sent++ < 10) controller.enqueue(bytes.slice()); else controller.close(); },
          }));
        },
      };`,
    { limits: { cpuMs: 5000 } },
  );
  const { bytes } = await server.send(`/fn/large/${kind}`);
  expect(bytes.length).toBe(10 * 1024 * 1024);
  expect(sha256(bytes)).toBe(sha256(Buffer.alloc(bytes.length, "0123456789abcdef")));
});

test("what a request brings is compressed and expanded on its way", async () => {
  await server.deploy(
    "packing",
    `export default {
        fetch(request) {
          const packed = request.body.pipeThrough(new CompressionStream("gzip"));
          const path = new URL(request.url).pathname;
          return new Response(path === "/packed" ? packed : packed.pipeThrough(new DecompressionStream("gzip")));
        },
      };`,
    { limits: { cpuMs: 1000 } },
  );
  const body = Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000, "again and ")]);
  const packed = await server.send("/fn/packing/packed", { method: "POST", body });
  expect(packed.bytes.length).toBeLessThan(310_000);
  expect(gunzipSync(packed.bytes).equals(body)).toBe(true);
  const back = await server.send("/fn/packing/back", { method: "POST", body });
  expect(back.bytes.equals(body)).toBe(true);
});

test("a client that does not read holds the function's stream back", async () => {
  await server.deploy(
    "endless",
    `let made = 0;
      export default {
        fetch(request) {
          if (new URL(request.url).pathname === "/made") return Response.json(made);
          return new Response(new ReadableStream({ pull(c) { made += 65536; c.enqueue(new Uint8Array(65536)); } }));
        },
      };`,
    { limits: { cpuMs: 5000 } },
  );
  const response = await open("/fn/endless/");
  await once(response, "readable");
  const made = async () => Number((await server.send("/fn/endless/made")).text);
  // It stands still when two looks see the same; the loop ends, since a stream without brakes would run for ever.
  let before = -1;
  let now = await made();
  while (now !== before && now < 200_000_000) [before, now] = [now, await made()];
  expect(now).toBeLessThan(20_000_000);
  response.destroy();
});

test("a function that does not read holds the client back", async () => {
  await server.deploy(
    "slow-reader",
    `export default {
        async fetch(request) {
          const reader = request.body.getReader();
          const first = await reader.read();
          await fetch(new URL(request.url).searchParams.get("hold"));
          let length = first.value.length;
          for (;;) { const { done, value } = await reader.read(); if (done) break; length += value.length; }
          return Response.json(length);
        },
      };`,
    { limits: { cpuMs: 5000 } },
  );
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  const size = 50_000_000;
  socket.write(
    `POST /fn/slow-reader/?hold=${origin.url}/hold HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${size}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(size));
  const held = await gates.hold.asked;
  // What is left when the kernel's buffers are full too; the pump that filled them has come to rest here.
  expect(socket.writableLength).toBeGreaterThan(20_000_000);
  held.end();
  expect((await buffer(socket)).toString()).toMatch(/\r\n\r\n50000000$/);
});
