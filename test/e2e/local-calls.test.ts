import { once } from "node:events";
import { request as open } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

/* Functions that fetch from functions of the same server, which takes no connection. */

let server: TestServer;
let origin: Origin;
let port: string;
const held = heldPath();

const echo = `export default {
  async fetch(request, env) {
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    return Response.json({ method: request.method, url: request.url, headers, body }, { status: 201, statusText: "Echoed", headers: { "x-from": "echo" } });
  },
};`;
/** Passes the request on to the query's \`to\`. */
const via = `export default {
  fetch(request) { return fetch(new Request(new URL(request.url).searchParams.get("to"), request)); },
};`;

beforeAll(async () => {
  origin = await Origin.start({ "/held": held.handler });
  server = await TestServer.start({ POOLS: 1, MAX_HOPS: 4, ...reachOrigins });
  port = new URL(server.url).port;
  await server.deploy("echo", echo, { routes: ["echo.example.com/*", "/any/*"], tenant: "one" });
  await server.deploy("via", via, { tenant: "one" });
  await server.deploy("stranger", via, { tenant: "two" });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const through = (name: string, to: string, options = {}) =>
  server.send(`/fn/${name}/?to=${encodeURIComponent(to)}`, options);

describe("what counts as this server", () => {
  test.each([
    ["by name", () => "http://echo.localhost/a?b", () => "http://echo.localhost/a?b"],
    ["by name and port", () => `http://echo.localhost:${port}/a`, () => `http://echo.localhost:${port}/a`],
    ["by path", () => `http://localhost:${port}/fn/echo/a?b`, () => `http://localhost:${port}/a?b`],
    ["by address", () => `http://127.0.0.1:${port}/fn/echo`, () => `http://127.0.0.1:${port}/`],
    ["by an odd address", () => `http://2130706433:${port}/any/x`, () => `http://127.0.0.1:${port}/any/x`],
    ["by a route", () => "http://echo.example.com/r", () => "http://echo.example.com/r"],
    ["by a route behind a proxy", () => "https://echo.example.com/r", () => "https://echo.example.com/r"],
  ])("%s", async (_, to, url) => {
    const answer = await through("via", to(), { method: "POST", body: "sent", headers: { "x-a": "1" } });
    expect(answer).toMatchObject({ status: 201, headers: { "x-from": "echo" } });
    const got = answer.json() as { url: string; headers: Record<string, string> };
    expect(got).toMatchObject({ method: "POST", url: url(), body: "sent" });
    expect(got.headers).toMatchObject({ "x-a": "1", "islet-hops": "1", host: new URL(to()).host });
  });

  test("a route does not take the requests of another tenant's functions", async () => {
    const { status } = await through("stranger", "http://echo.example.com:81/r");
    expect(status).toBe(500);
    expect((await through("stranger", `http://echo.localhost:${port}/`)).status).toBe(201);
  });

  test("what no function answers is not reached at all", async () => {
    expect((await through("via", `http://nobody.localhost:${port}/`)).code).toBe("function_error");
  });
});

test("bodies of all sizes go through both ways, and a HEAD has none", async () => {
  const body = "x".repeat(300_000);
  const answer = await through("via", "http://echo.localhost/", { method: "PUT", body });
  expect((answer.json() as { body: string }).body).toBe(body);
  await server.deploy("plain", "export default { fetch: () => new Response('text', { status: 203 }) };");
  expect(await through("via", "http://plain.localhost/", { method: "HEAD" })).toMatchObject({ status: 203, text: "" });
});

test("bodies stream both ways", async () => {
  await server.deploy(
    "upper",
    `export default { fetch: (request) => new Response(request.body
       .pipeThrough(new TextDecoderStream())
       .pipeThrough(new TransformStream({ transform(text, to) { to.enqueue(text.toUpperCase()); } }))
       .pipeThrough(new TextEncoderStream())) };`,
  );
  const request = open(`${server.url}/fn/via/?to=${encodeURIComponent("http://upper.localhost/")}`, { method: "POST" });
  const answered = once(request, "response");
  request.write("one");
  const [response] = await answered;
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  expect(await chunks.next()).toMatchObject({ value: "ONE" });
  request.write("two");
  expect(await chunks.next()).toMatchObject({ value: "TWO" });
  request.end();
  expect(await chunks.next()).toMatchObject({ done: true });
});

test("a call has its own line in the log, its own count, and names its caller", async () => {
  await server.deploy("logged", "export default { fetch() { console.log('hello'); return new Response('x'); } };");
  expect((await through("via", "http://logged.localhost/")).text).toBe("x");
  const line = await server.logs.find({ function: "logged", msg: "request" });
  const caller = await server.logs.find({ function: "via", msg: "request", requestId: line.caller as string });
  expect([line.status, line.url, caller.status]).toEqual([200, "http://logged.localhost/", 200]);
  expect(await server.logs.find({ function: "logged", source: "function" })).toMatchObject({ msg: "hello" });
  expect((await server.metrics()).sum("islet_requests_total", { function: "logged", status: "200" })).toBe(1);
});

test("what fails is an error answer, as over HTTP", async () => {
  await server.deploy("throws", "export default { fetch() { throw new Error('secret'); } };");
  expect(await through("via", "http://throws.localhost/")).toMatchObject({ status: 500, code: "function_error" });
  await server.deploy("small", echo, { limits: { requestBodyBytes: 10 } });
  for (const body of ["x".repeat(11), "x".repeat(200_000)]) {
    const answer = await through("via", "http://small.localhost/", { method: "POST", body });
    expect(answer).toMatchObject({ status: 413, code: "body_too_large" });
  }
  await server.deploy("slow", `export default { fetch: () => fetch("${origin.url}/held") };`, {
    limits: { wallMs: 200 },
  });
  expect(await through("via", "http://slow.localhost/")).toMatchObject({ status: 504, code: "function_wall_limit" });
});

test("redirects between functions are followed", async () => {
  await server.deploy(
    "moved",
    `export default { fetch: () => Response.redirect("http://echo.localhost/there", 302) };`,
  );
  expect((await through("via", "http://moved.localhost/")).json()).toMatchObject({
    url: "http://echo.localhost/there",
  });
});

test("lists of a function count for functions of the server too", async () => {
  await server.deploy("bound", via, { egress: { allow: ["echo.localhost"] } });
  expect((await through("bound", "http://echo.localhost/")).status).toBe(201);
  expect(await through("bound", "http://logged.localhost/")).toMatchObject({ status: 500 });
  expect(await server.logs.find({ function: "bound", reason: "not_listed" })).toMatchObject({
    host: "logged.localhost",
  });
});

test("when the caller gives up, the called function hears of it", async () => {
  await server.deploy(
    "patient",
    `export default { fetch(request) {
      request.signal.addEventListener("abort", () => console.log("aborted"));
      console.log("asked");
      return new Promise(() => {});
    } };`,
  );
  const request = open(`${server.url}/fn/via/?to=${encodeURIComponent("http://patient.localhost/")}`);
  request.on("error", () => undefined);
  request.end();
  await server.logs.find({ function: "patient", msg: "asked" });
  request.destroy();
  await server.logs.find({ function: "patient", msg: "aborted" });
  await server.logs.find({ function: "patient", code: "client_gone" });
});

describe("loops", () => {
  test("a function that fetches from itself is stopped", async () => {
    await server.deploy("loop", `export default { fetch: () => fetch("http://loop.localhost/") };`);
    expect(await server.send("/fn/loop/")).toMatchObject({ status: 508, code: "loop_detected" });
    // The first request, and one for each hop.
    expect((await server.metrics()).sum("islet_requests_total", { function: "loop", status: "508" })).toBe(6);
  });

  test("over connections too, and no function takes the count back", async () => {
    // A loop by way of an origin that sends the request back, fields and all.
    const back = await Origin.start({
      "/": (request, response) => {
        const again = open(
          server.to("outer"),
          { headers: { "islet-hops": request.headers["islet-hops"] } },
          (answer) => {
            response.writeHead(answer.statusCode ?? 0);
            answer.pipe(response);
          },
        );
        again.end();
      },
    });
    const source = `export default { fetch: () => fetch("${back.url}/", { headers: { "islet-hops": "0" } }) };`;
    await server.deploy("outer", source);
    expect(await server.send("/fn/outer/")).toMatchObject({
      status: 508,
      text: expect.stringContaining("loop_detected"),
    });
    await back.stop();
  });

  test("a client's own count harms the client only", async () => {
    const send = (hops: string) => server.send("/fn/echo/", { headers: { "islet-hops": hops } });
    expect((await send("5")).status).toBe(508);
    expect((await send("4")).status).toBe(201);
    expect((await send("none")).status).toBe(201);
  });
});
