import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { Agent, FormData } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
const text = "komprimiert ".repeat(20_000);

beforeAll(async () => {
  origin = await Origin.start({
    "/gzip": (_, response) =>
      response.writeHead(200, { "content-encoding": "gzip", "x-kept": "1" }).end(gzipSync(text)),
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

describe("request bodies", () => {
  beforeAll(() =>
    server.deploy(
      "digest",
      `export default {
        async fetch(request) {
          const bytes = await request.arrayBuffer();
          const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          return Response.json({ length: bytes.byteLength, hash: [...hash].map((b) => b.toString(16).padStart(2, "0")).join("") });
        },
      };`,
      { limits: { cpuMs: 5000 } },
    ),
  );

  test.each([0, 1, 1_000, 64 * 1024, 64 * 1024 + 1, 300_000, 5 * 1024 * 1024])(
    "%i bytes arrive as they are",
    async (size) => {
      const body = randomBytes(size);
      const expected = { length: size, hash: sha256(body) };
      expect((await server.send("/fn/digest/", { method: "POST", body })).json()).toEqual(expected);
      const chunked = await server.send("/fn/digest/", { method: "POST", body: Readable.from([body]) });
      expect(chunked.json()).toEqual(expected);
    },
  );

  test("text that looks like bytes stays as it is", async () => {
    for (const body of ["\ufeffwith a mark", "ä€😀", "\u0000\u0001", "a\r\nb"].map((text) => Buffer.from(text))) {
      const answer = await server.send("/fn/digest/", { method: "POST", body });
      expect(answer.json()).toEqual({ length: body.length, hash: sha256(body) });
    }
  });

  test("a form with files is read as FormData", async () => {
    await server.deploy(
      "form",
      `export default {
        async fetch(request) {
          const form = await request.formData();
          const file = form.get("file");
          return Response.json({ text: form.getAll("text"), name: file.name, type: file.type,
            bytes: [...new Uint8Array(await file.arrayBuffer())] });
        },
      };`,
    );
    const body = new FormData();
    body.append("text", 'ä " ; =');
    body.append("text", "two\r\nlines");
    body.set("file", new Blob([Uint8Array.of(0, 13, 10, 255)], { type: "image/png" }), "ü.png");
    expect((await server.send("/fn/form/", { method: "POST", body })).json()).toEqual({
      text: ['ä " ; =', "two\r\nlines"],
      name: "ü.png",
      type: "image/png",
      bytes: [0, 13, 10, 255],
    });
  });

  test("a body that is not read does not hold up the connection", async () => {
    await server.deploy("deaf", "export default { fetch: () => new Response('deaf') };");
    for (let i = 0; i < 3; i++) {
      const answer = await server.send("/fn/deaf/", { method: "POST", body: randomBytes(2_000_000) });
      expect(answer.text).toBe("deaf");
    }
  });

  test("a body that is read in part does not hold up the connection", async () => {
    await server.deploy(
      "glance",
      "export default { async fetch(r) { const { value } = await r.body.getReader().read(); return new Response(String(value[0])); } };",
    );
    const agent = new Agent({ connections: 1 });
    for (let i = 0; i < 3; i++) {
      const answer = await server.send("/fn/glance/", { method: "POST", body: Buffer.alloc(2_000_000, 7), agent });
      expect(answer.text).toBe("7");
    }
    await agent.close();
  });

  test("too long a body is 413, by its declared length and by what comes", async () => {
    const source = "export default { async fetch(r) { return new Response(String((await r.text()).length)); } };";
    await server.deploy("small", source, { limits: { requestBodyBytes: 100_000 } });
    const post = (body: Uint8Array | Readable) => server.send("/fn/small/", { method: "POST", body });
    expect((await post(Buffer.alloc(100_000, "a"))).text).toBe("100000");
    expect((await post(Readable.from([Buffer.alloc(100_000, "a")]))).text).toBe("100000");
    expect(await post(Buffer.alloc(100_001))).toMatchObject({ status: 413, code: "body_too_large" });
    const pieces = Readable.from(Array.from({ length: 11 }, () => Buffer.alloc(10_000)));
    expect(await post(pieces)).toMatchObject({ status: 413, code: "body_too_large" });
    expect((await post(Buffer.from("abc"))).text).toBe("3");
  });
});

describe("encoded and bodiless answers", () => {
  beforeAll(() =>
    server.deploy(
      "odd",
      `export default {
        async fetch(request) {
          const url = new URL(request.url);
          const origin = url.searchParams.get("origin");
          switch (url.pathname) {
            case "/pass": return fetch(origin + "/gzip");
            case "/read": { const r = await fetch(origin + "/gzip"); return new Response(await r.text(), { headers: { "x-encoding": String(r.headers.get("content-encoding")) } }); }
            case "/204": return new Response(null, { status: 204 });
            case "/304": return new Response(null, { status: 304, headers: { etag: '"1"' } });
            case "/418": return new Response("short and stout", { status: 418, statusText: "I'm a teapot" });
            case "/cookies": { const h = new Headers({ "x-a": "1" }); h.append("set-cookie", "a=1"); h.append("set-cookie", "b=2"); h.append("x-a", "2"); return new Response("", { headers: h }); }
            case "/latin1": return new Response("", { headers: { "x-got": request.headers.get("x-sent"), "x-made": "\\u00fc\\u00ff" } });
            case "/length": return new Response("four", { headers: { "content-length": "400", connection: "close", "transfer-encoding": "chunked" } });
          }
        },
      };`,
    ),
  );
  const get = (path: string, headers: Record<string, string> = {}) => server.send(`/fn/odd${path}`, { headers });

  test("a gzip body is passed on as it came, or read as text", async () => {
    const passed = await get(`/pass?origin=${origin.url}`);
    expect(passed.headers).toMatchObject({ "content-encoding": "gzip", "x-kept": "1" });
    expect(passed.bytes.equals(gzipSync(text))).toBe(true);
    const read = await get(`/read?origin=${origin.url}`);
    expect(read.headers["content-encoding"]).toBeUndefined();
    expect(read.text).toBe(text);
  });

  test("204 and 304 have no body and no length", async () => {
    for (const status of [204, 304]) {
      const answer = await get(`/${status}`);
      expect(answer).toMatchObject({ status, text: "" });
      expect(answer.headers["transfer-encoding"]).toBeUndefined();
      expect(answer.headers["content-length"]).toBeUndefined();
    }
  });

  test("status, repeated and Latin-1 fields arrive", async () => {
    const response = await open("/fn/odd/418");
    expect([response.statusCode, response.statusMessage]).toEqual([418, "I'm a teapot"]);
    response.resume();
    const cookies = await get("/cookies");
    expect(cookies.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect([cookies.headers["x-a"]].flat().join(", ")).toBe("1, 2");
    const latin1 = httpRequest(server.to("odd", "/latin1"), { headers: { "x-sent": "\u00e4\u00f1" } }).end();
    const [answer] = (await once(latin1, "response")) as [IncomingMessage];
    expect(answer.headers).toMatchObject({ "x-got": "\u00e4\u00f1", "x-made": "\u00fc\u00ff" });
    answer.resume();
  });

  test("a wrong length does not desynchronise the connection", async () => {
    for (let i = 0; i < 2; i++) expect((await get("/length")).text).toBe("four");
    expect((await get("/length")).headers["content-length"]).toBe("4");
  });
});
