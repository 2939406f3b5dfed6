import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
const held = { stream: heldPath(), never: heldPath(), broken: heldPath() };
let together = 0;
const waiting: (() => void)[] = [];

beforeAll(async () => {
  origin = await Origin.start({
    "/echo": async (request, response) => {
      const { method, url, rawHeaders } = request;
      const body = (await buffer(request)).toString("base64");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ method, url, rawHeaders, headers: request.headers, body }));
    },
    "/redirect": (_, response) => response.writeHead(302, { location: "/echo?redirected" }).end("moved"),
    "/keep-method": (_, response) => response.writeHead(307, { location: "/echo?kept" }).end(),
    "/loop": (_, response) => response.writeHead(302, { location: "/loop" }).end(),
    "/headers": (_, response) =>
      response
        .writeHead(418, "Teapot", { "x-one": "1", "set-cookie": ["a=1", "b=2"], "x-latin": "\u00fc" })
        .end("short"),
    "/999": (_, response) => response.writeHead(999).end("odd"),
    "/stream": held.stream.handler,
    "/never": held.never.handler,
    "/broken": held.broken.handler,
    // Answers nobody before six have come.
    "/together": (_, response) => {
      waiting.push(() => response.end(String(together)));
      if (++together === 6) for (const answer of waiting) answer();
    },
    "/upload": async (request, response) => {
      let _first = "";
      for await (const chunk of request) {
        _first ||= String(chunk);
        response.write(`got ${chunk}`);
      }
      response.end();
    },
  });
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

/** Deploys a handler's body in which `origin` is the origin's address, and asks it once. */
async function run(name: string, body: string): Promise<unknown> {
  await server.deploy(name, `export default { async fetch(request, { origin }, ctx) { ${body} } };`, {
    limits: { cpuMs: 100 },
    env: { origin: origin.url },
  });
  const answer = await server.send(`/fn/${name}/`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json();
}

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  rawHeaders: string[];
  body: string;
}
const decoded = (echo: Echo) => Buffer.from(echo.body, "base64").toString();

describe("what the origin gets", () => {
  test("methods, headers and bodies of all kinds", async () => {
    const answers = (await run(
      "send",
      `const send = async (init) => (await fetch(origin + "/echo?q=%20x", init)).json();
       const form = new FormData(); form.set("field", "value");
       return Response.json([
         await send({ headers: { "X-Given": "a, b", "user-agent": "mine" } }),
         await send({ method: "POST", body: "text ä" }),
         await send({ method: "PUT", body: Uint8Array.of(0, 255, 10) }),
         await send({ method: "PATCH", body: new URLSearchParams({ a: "1 2" }) }),
         await send({ method: "POST", body: new Blob(["blob"], { type: "image/x" }) }),
         await send({ method: "POST", body: form }),
         await send({ method: "DELETE" }),
         await send({ method: "POST", body: JSON.stringify({ big: "x".repeat(200_000) }), headers: { "content-type": "application/json" } }),
         await send(new Request(origin, { method: "POST", body: "of a request" })).catch(() => null),
       ]);`,
    )) as Echo[];
    const [get, string, bytes, params, blob, form, remove, big] = answers as [
      Echo,
      Echo,
      Echo,
      Echo,
      Echo,
      Echo,
      Echo,
      Echo,
    ];
    expect(get).toMatchObject({
      method: "GET",
      url: "/echo?q=%20x",
      headers: { "x-given": "a, b", "user-agent": "mine" },
    });
    expect(get.headers.host).toBe(new URL(origin.url).host);
    expect([string.method, decoded(string), string.headers["content-type"]]).toEqual([
      "POST",
      "text ä",
      "text/plain;charset=UTF-8",
    ]);
    expect(string.headers["content-length"]).toBe("7");
    expect([bytes.method, bytes.body]).toEqual(["PUT", Buffer.of(0, 255, 10).toString("base64")]);
    expect([params.method, decoded(params)]).toEqual(["PATCH", "a=1+2"]);
    expect(params.headers["content-type"]).toBe("application/x-www-form-urlencoded;charset=UTF-8");
    expect([decoded(blob), blob.headers["content-type"]]).toEqual(["blob", "image/x"]);
    expect(form.headers["content-type"]).toMatch(/^multipart\/form-data; ?boundary=/);
    expect(decoded(form)).toContain('name="field"\r\n\r\nvalue\r\n');
    expect([remove.method, remove.body]).toEqual(["DELETE", ""]);
    expect(JSON.parse(decoded(big))).toEqual({ big: "x".repeat(200_000) });
  });

  test("a Request with changes, and a request passed on whole", async () => {
    const source = `export default {
      async fetch(request, { origin }) {
        const url = new URL(request.url);
        return fetch(new Request(origin + url.pathname + url.search, request));
      },
    };`;
    await server.deploy("forward", source, { env: { origin: origin.url } });
    for (const body of [Buffer.from("small"), Buffer.alloc(3_000_000, "large")]) {
      const answer = await server.send("/fn/forward/echo?x=1", { method: "POST", headers: { "x-a": "1" }, body });
      const echo = answer.json() as Echo;
      expect(echo).toMatchObject({ method: "POST", url: "/echo?x=1", headers: { "x-a": "1" } });
      expect(Buffer.from(echo.body, "base64").equals(body)).toBe(true);
    }
    const passed = await server.send("/fn/forward/headers");
    expect(passed).toMatchObject({ status: 418, text: "short" });
    expect(passed.headers).toMatchObject({ "x-one": "1", "set-cookie": ["a=1", "b=2"] });
    expect((await server.send("/fn/forward/missing")).status).toBe(404);
    expect((await server.send("/fn/forward/redirect")).json()).toMatchObject({ url: "/echo?redirected" });
    expect(await server.send("/fn/forward/headers", { method: "HEAD" })).toMatchObject({ status: 418, text: "" });
  });
});

test("what comes back: status, headers, url", async () => {
  const answer = await run(
    "answer",
    `const r = await fetch(origin + "/headers");
     return Response.json({ status: r.status, statusText: r.statusText, ok: r.ok, url: r.url, type: r.type, redirected: r.redirected,
       one: r.headers.get("x-one"), cookies: r.headers.getSetCookie(), latin: r.headers.get("x-latin"), text: await r.text(), used: r.bodyUsed });`,
  );
  expect(answer).toEqual({
    ...{ status: 418, statusText: "Teapot", ok: false, url: `${origin.url}/headers`, type: "basic", redirected: false },
    ...{ one: "1", cookies: ["a=1", "b=2"], latin: "\u00fc", text: "short", used: true },
  });
});

test("an answer with an odd status is passed on like any other", async () => {
  await server.deploy("odd-status", `export default { fetch: (request, { origin }) => fetch(origin + "/999") };`, {
    env: { origin: origin.url },
  });
  expect(await server.send("/fn/odd-status/")).toMatchObject({ status: 999, text: "odd" });
});

test("redirects are followed, shown or refused", async () => {
  const answer = await run(
    "redirects",
    `const followed = await fetch(origin + "/redirect", { method: "POST", body: "x" });
     const kept = await fetch(origin + "/keep-method", { method: "POST", body: "kept" });
     const manual = await fetch(origin + "/redirect", { redirect: "manual" });
     const fails = (path, init) => fetch(origin + path, init).then(() => "no error", (error) => error.name);
     return Response.json({
       followed: [followed.url, followed.redirected, (await followed.json()).method], kept: await kept.json(),
       manual: [manual.status, manual.headers.get("location"), await manual.text()],
       error: await fails("/redirect", { redirect: "error" }), loop: await fails("/loop"),
     });`,
  );
  expect(answer).toMatchObject({
    followed: [`${origin.url}/echo?redirected`, true, "GET"],
    kept: { method: "POST", url: "/echo?kept", body: Buffer.from("kept").toString("base64") },
    manual: [302, "/echo?redirected", "moved"],
    error: "TypeError",
    loop: "TypeError",
  });
});

test("fetches run side by side", async () => {
  const source = `return Response.json(await Promise.all(Array.from({ length: 6 }, async () => (await fetch(origin + "/together")).text())));`;
  expect(await run("parallel", source)).toEqual(Array(6).fill("6"));
});

test("failures are TypeErrors that say why and show nothing of the host", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  const failures = (await run(
    "failures",
    `const fails = (url, init) => fetch(url, init).then(() => "no error", (error) => [error.name, error.message, error.stack]);
     return Response.json([await fails("http://127.0.0.1:${port}/"), await fails("http://does-not-exist.invalid/"), await fails("ftp://example.com/"), await fails("nonsense")]);`,
  )) as string[][];
  for (const [name, message, stack] of failures) {
    expect(name).toBe("TypeError");
    expect(message).not.toBe("");
    expect(`${message}${stack}`).not.toMatch(/\/node_modules\/|node:internal|\/src\//);
  }
  expect(failures[0]?.[1]).toMatch(/fetch failed/);
});

test("abort: before, during and after the head, and by time", async () => {
  const asking = run(
    "aborts",
    `const fails = (promise) => promise.then(() => "no error", (error) => error.name);
     const before = await fails(fetch(origin + "/echo", { signal: AbortSignal.abort() }));
     const late = new AbortController();
     const during = fails(fetch(origin + "/never", { signal: late.signal }));
     const streaming = new AbortController();
     const response = await fetch(origin + "/stream", { signal: streaming.signal });
     const reader = response.body.getReader();
     const first = new TextDecoder().decode((await reader.read()).value);
     late.abort(); streaming.abort(new RangeError("mine"));
     return Response.json([before, await during, first, await fails(reader.read()), await fails(fetch(origin + "/never", { signal: AbortSignal.timeout(5) }))]);`,
  );
  const [never, stream] = await Promise.all([held.never.asked, held.stream.asked]);
  const gone = [once(never, "close"), once(stream, "close")];
  stream.write("first");
  expect(await asking).toEqual(["AbortError", "AbortError", "first", "RangeError", "TimeoutError"]);
  await Promise.all(gone);
});

test("an answer that breaks off rejects what reads it", async () => {
  const asking = run(
    "breaks",
    `const response = await fetch(origin + "/broken");
     return Response.json(await response.text().then(() => "no error", (error) => error.name));`,
  );
  const broken = await held.broken.asked;
  broken.writeHead(200, { "content-length": "100" }).write("some", () => broken.destroy());
  expect(await asking).toBe("TypeError");
});

test("bodies stream both ways through a function", async () => {
  await server.deploy(
    "relay",
    `export default {
      fetch: (request, { origin }) => fetch(origin + "/upload", { method: "POST", duplex: "half",
        body: request.body.pipeThrough(new TransformStream()) }),
    };`,
    { env: { origin: origin.url } },
  );
  const { request: open } = await import("node:http");
  const request = open(server.to("relay"), { method: "POST" });
  const answered = once(request, "response");
  request.write("one");
  const [response] = (await answered) as [IncomingMessage];
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  expect(await chunks.next()).toMatchObject({ value: "got one" });
  request.end("two");
  expect(await text(response)).toBe("got two");
});

test("a request says of its client what is known, and of another function nothing", async () => {
  await server.deploy("client", "export default { fetch: (request) => Response.json(request.cf) };");
  await server.deploy(
    "calls-client",
    `export default { async fetch(request) {
      const answer = await fetch(new URL("/fn/client/", request.url), { cf: { cacheTtl: 5 } });
      return Response.json([request.cf.clientAddress, await answer.json()]);
    } };`,
  );
  const client = (await server.send("/fn/client/", { headers: { "accept-encoding": "br" } })).json();
  expect(client).toEqual({
    clientAddress: "127.0.0.1",
    clientPort: expect.any(Number),
    httpProtocol: "HTTP/1.1",
    clientAcceptEncoding: "br",
  });
  expect((await server.send("/fn/calls-client/")).json()).toEqual(["127.0.0.1", {}]);
});
