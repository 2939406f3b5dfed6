import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

/* Bodies that the front takes from one connection to another, and what ends them. */

let server: TestServer;
let origin: Origin;
const held = { slow: heldPath(), gone: heldPath(), refused: heldPath(), stuck: heldPath(), flood: heldPath() };

beforeAll(async () => {
  origin = await Origin.start({
    "/hundred": (_, response) => response.writeHead(200, { "content-length": "100" }).end("h".repeat(100)),
    "/slow": held.slow.handler,
    "/gone": held.gone.handler,
    "/refused": held.refused.handler,
    "/stuck": held.stuck.handler,
    "/flood": held.flood.handler,
    // Answers before it has read, and says what it reads.
    "/echo": (request, response) => request.pipe(response.writeHead(200)),
  });
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

function deploy(name: string, body: string, limits = {}): Promise<string> {
  const source = `let kept; export default { async fetch(request, { origin }, ctx) { ${body} } };`;
  return server.deploy(name, source, { env: { origin: origin.url }, limits });
}

/** Two requests on one connection, the second of which must not be misled by the answer to the first. */
async function twice(first: string, second: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(`${first}${second}`);
  return (await buffer(socket)).toString("latin1");
}

describe("lengths", () => {
  test("a body that is passed on has the length that its origin says", async () => {
    const answer = `const r = await fetch(origin + "/hundred"); return new Response(r.body, { headers: { "content-length": "5" } });`;
    await deploy("shorter", answer);
    const { headers, text } = await server.send("/fn/shorter/");
    expect([headers["content-length"], text]).toEqual(["100", "h".repeat(100)]);
  });

  test.each([10, 100_000])("a request's body of %i bytes that is passed on has its own length", async (size) => {
    await deploy("shortened", `return new Response(request.body, { headers: { "content-length": "5" } });`);
    const post = `POST /fn/shortened/ HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n${"b".repeat(size)}`;
    const answers = await twice(post, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(answers).not.toMatch(/content-length: 5\r\n/);
    expect(answers.match(/b+/g)?.join("").length).toBeGreaterThanOrEqual(size);
    expect(answers).toMatch(/ok\n$/);
  });

  test("204 has no length, whatever the function says", async () => {
    await deploy("nothing", `return new Response(null, { status: 204, headers: { "content-length": "5" } });`);
    const { status, headers } = await server.send("/fn/nothing/");
    expect([status, headers["content-length"]]).toEqual([204, undefined]);
  });
});

describe("ends", () => {
  test("a body that is passed on is cut at the wall limit", async () => {
    await deploy("limited", `return fetch(origin + "/slow");`, { wallMs: 300 });
    const answer = server.send("/fn/limited/");
    const upstream = await held.slow.asked;
    upstream.writeHead(200).write("some");
    const gone = once(upstream, "close");
    await expect(answer).rejects.toThrow();
    await gone;
    expect(await server.logs.find({ function: "limited", msg: "request" })).toMatchObject({
      broken: expect.stringContaining("300 ms"),
    });
  });

  test("a client that goes away ends the fetch whose body was passed on to it", async () => {
    await deploy("left", `return fetch(origin + "/gone");`);
    const request = httpRequest(server.to("left")).end();
    request.on("error", () => undefined);
    const upstream = await held.gone.asked;
    upstream.writeHead(200).write("some");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await once(response, "readable");
    request.destroy();
    await once(upstream, "close");
  });

  test("a head that cannot be sent ends the fetch whose body it had", async () => {
    const answer = `const r = await fetch(origin + "/refused"); return new Response(r.body, { headers: { "x-a": "\\u0001" } });`;
    await deploy("unsendable", answer);
    const answered = server.send("/fn/unsendable/");
    const upstream = await held.refused.asked;
    const gone = once(upstream, "close");
    upstream.writeHead(200).write("some");
    expect(await answered).toMatchObject({ status: 500, code: "function_error" });
    await gone;
  });

  test("an upload after the answer ends at the wall limit", async () => {
    const upload = `new ReadableStream({ start(c) { c.enqueue(new Uint8Array(10)); } })`;
    await deploy(
      "uploading",
      `ctx.waitUntil(fetch(origin + "/stuck", { method: "POST", body: ${upload}, duplex: "half" })); return new Response("at once");`,
      { wallMs: 300 },
    );
    const stuck = held.stuck.asked;
    expect((await server.send("/fn/uploading/")).text).toBe("at once");
    await once(await stuck, "close");
  });

  test("HEAD cancels a stream without an end, and the isolate goes on", async () => {
    await deploy(
      "endless",
      `if (request.method === "POST") return new Response(String(kept = (kept ?? 0) + 1));
       return new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(65536)); }, cancel() { console.log("cancelled"); } }));`,
    );
    const post = () => server.send("/fn/endless/", { method: "POST" });
    expect((await post()).text).toBe("1");
    expect(await server.send("/fn/endless/", { method: "HEAD" })).toMatchObject({ status: 200 });
    await server.logs.find({ function: "endless", msg: "cancelled" });
    expect((await post()).text).toBe("2");
  });

  test("an origin that wants no more of an upload cancels its stream", async () => {
    await deploy(
      "flooding",
      `if (request.method === "POST") return new Response(String(kept = (kept ?? 0) + 1));
       const body = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(65536)); }, cancel() { console.log("cancelled"); } });
       const answer = await fetch(origin + "/flood", { method: "POST", body, duplex: "half" });
       return new Response(await answer.text());`,
    );
    const post = () => server.send("/fn/flooding/", { method: "POST" });
    expect((await post()).text).toBe("1");
    const answer = server.send("/fn/flooding/");
    (await held.flood.asked).end("enough");
    expect((await answer).text).toBe("enough");
    await server.logs.find({ function: "flooding", msg: "cancelled" });
    expect((await post()).text).toBe("2");
  });

  test("a stream that runs into the CPU limit at once is cut", async () => {
    const source = "export default { fetch: () => new Response(new ReadableStream({ pull() { for (;;); } })) };";
    await server.deploy("spinning", source);
    await expect(server.send("/fn/spinning/")).rejects.toThrow();
    expect(await server.logs.find({ function: "spinning", msg: "request" })).toMatchObject({
      broken: expect.any(String),
    });
  });
});

test("a long body goes on to an origin that answers while it reads", async () => {
  await deploy("relay", `return fetch(origin + "/echo", { method: "POST", body: "0123456789".repeat(300_000) });`, {
    cpuMs: 1000,
  });
  const { status, text } = await server.send("/fn/relay/");
  expect([status, text.length, text.slice(-10)]).toEqual([200, 3_000_000, "0123456789"]);
});

describe("a body of another request that has ended", () => {
  test.each([
    ["answer", "new Response(kept.body)"],
    ["read", "new Response(await kept.text())"],
    ["upload", `fetch(origin + "/echo", { method: "POST", body: kept.body })`],
  ])("cannot be used: %s", async (what, use) => {
    const name = `stale-${what}`;
    await deploy(
      name,
      `if (request.url.endsWith("/keep")) { kept = request; return new Response("kept"); }
       if (request.url.endsWith("/fetch")) { kept = await fetch(origin + "/hundred"); return new Response("kept"); }
       return ${use};`,
      { wallMs: 2_000 },
    );
    for (const keep of ["keep", "fetch"]) {
      const body = Buffer.alloc(100_000, "k");
      expect((await server.send(`/fn/${name}/${keep}`, { method: "POST", body })).text).toBe("kept");
      const answer = await server.send(`/fn/${name}/`, { method: "POST", body: Buffer.alloc(100_000, "o") });
      expect(answer).toMatchObject({ status: 500, code: "function_error" });
    }
    await server.logs.find({ function: name, detail: /belongs to another request/ });
  });
});

describe("an origin with an odd reason phrase", () => {
  let raw: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    raw = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => {
        // U+010A in UTF-8: a line feed if it is cut to one byte.
        socket.end(Buffer.from("HTTP/1.1 200 odd\u010aphrase\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"));
      });
    });
    raw.listen(0, "127.0.0.1");
    await once(raw, "listening");
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    raw.close();
  });

  test("is passed on byte for byte", async () => {
    const { port } = raw.address() as AddressInfo;
    await server.deploy(
      "phrase",
      `export default { async fetch() {
         const { body, status, statusText } = await fetch("http://127.0.0.1:${port}/");
         return new Response(body, { status, statusText, headers: { "x-latin": "\u00fc" } });
       } };`,
    );
    const request = httpRequest(server.to("phrase")).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect([response.statusCode, Buffer.from(response.statusMessage ?? "", "latin1").toString()]).toEqual([
      200,
      "odd\u010aphrase",
    ]);
    expect(response.headers["x-latin"]).toBe("\u00fc");
    response.resume();
  });
});

test("all that time the same processes served", async () => {
  expect(server.logs.where({ msg: /connection to a pool process/ })).toEqual([]);
  expect((await server.metrics()).sum("islet_child_deaths_total", { reason: "crashed" })).toBe(0);
});
