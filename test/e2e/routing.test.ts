import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.deploy("echo", echo);
});
afterAll(() => server.stop());

const saying = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;
const echo = `export default {
  async fetch(request, env) {
    const { host, pathname, search, searchParams } = new URL(request.url);
    const body = await request.text();
    return Response.json({ method: request.method, host, pathname, search, q: searchParams.getAll("q"), body,
      type: request.headers.get("content-type"), env });
  },
};`;

describe("default routes", () => {
  test("{name}.localhost and /fn/{name}", async () => {
    const port = new URL(server.url).port;
    const own = await server.send("/a/b?q=1", { host: `echo.localhost:${port}` });
    expect(own.json()).toMatchObject({ host: `echo.localhost:${port}`, pathname: "/a/b", search: "?q=1" });
    for (const path of ["/fn/echo", "/fn/echo/"]) {
      expect((await server.send(path)).json()).toMatchObject({ pathname: "/", search: "" });
    }
    expect((await server.send("/fn/echo/x/y?q=2")).json()).toMatchObject({ pathname: "/x/y", search: "?q=2" });
    expect((await server.send("/fn/echo?q=3")).json()).toMatchObject({ pathname: "/", q: ["3"] });
  });

  test("a host's name has no case", async () => {
    expect((await server.send("/", { host: "Echo.LOCALHOST" })).status).toBe(200);
  });

  test("query strings arrive as they were sent", async () => {
    const answer = await server.send("/fn/echo/%C3%A4%2Fb?q=a%20b&q=%26+c&q=&q=%E2%82%AC");
    expect(answer.json()).toMatchObject({
      pathname: "/%C3%A4%2Fb",
      search: "?q=a%20b&q=%26+c&q=&q=%E2%82%AC",
      q: ["a b", "& c", "", "€"],
    });
  });

  test("methods and JSON bodies arrive", async () => {
    const body = JSON.stringify({ text: "ä€😀", list: [1, 2] });
    const headers = { "content-type": "application/json" };
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await server.send("/fn/echo/", { method, headers, body });
      expect(answer.json()).toMatchObject({ method, body, type: "application/json" });
    }
    expect((await server.send("/fn/echo/", { method: "OPTIONS" })).json()).toMatchObject({ method: "OPTIONS" });
  });

  test("HEAD has the fields of GET and no body", async () => {
    await server.deploy("said", saying("twelve bytes"));
    const head = await server.send("/fn/said/", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(head.headers).toMatchObject({ "content-type": "text/plain;charset=UTF-8", "content-length": "12" });
  });

  test("env has the manifest's variables", async () => {
    await server.deploy("with-env", echo, { env: { GREETING: "grüß" } });
    expect((await server.send("/fn/with-env/")).json()).toMatchObject({ env: { GREETING: "grüß" } });
  });
});

describe("what no function has", () => {
  test("is 404 with a code, a hint and a request id", async () => {
    for (const [host, path] of [
      ["nobody.localhost", "/"],
      ["example.com", "/x"],
      ["127.0.0.1", "/fn/nobody/"],
      ["127.0.0.1", "/"],
    ] as const) {
      const answer = await server.send(path, { host });
      expect(answer.status).toBe(404);
      expect(answer.headers["content-type"]).toBe("application/json");
      expect(answer.json()).toEqual({
        error: {
          code: "no_route",
          message: expect.any(String),
          hint: expect.any(String),
          requestId: expect.stringMatching(/^\S+$/),
        },
      });
    }
  });

  test("/healthz and /readyz answer for the front", async () => {
    for (const path of ["/healthz", "/readyz"]) expect(await server.send(path)).toMatchObject({ status: 200 });
    // A function of that host comes first.
    expect((await server.send("/healthz", { host: "echo.localhost" })).json()).toMatchObject({ pathname: "/healthz" });
  });

  test("the control API is not on the data plane", async () => {
    expect((await server.send("/v1/functions")).code).toBe("no_route");
    expect((await server.send("/metrics")).code).toBe("no_route");
  });
});

describe("routes of a manifest", () => {
  beforeAll(async () => {
    await server.deploy("v1", saying("v1"), { routes: ["api.example.com/v1/*"] });
    await server.deploy("users", saying("users"), { routes: ["api.example.com/v1/users/*"] });
    await server.deploy("me", saying("me"), { routes: ["api.example.com/v1/users/me"] });
    await server.deploy("any", saying("any"), { routes: ["*.example.com/*"] });
    await server.deploy("deep", saying("deep"), { routes: ["*.eu.example.com/*"] });
    await server.deploy("shop", saying("shop"), { routes: ["/shop/*"] });
  });

  test.each([
    ["api.example.com", "/v1/things", "v1"],
    ["api.example.com:8787", "/v1/users/7?x", "users"],
    ["api.example.com", "/v1/users/me", "me"],
    ["api.example.com", "/v1/users/me/x", "users"],
    ["api.example.com", "/v2", "any"],
    ["a.example.com", "/", "any"],
    ["b.eu.example.com", "/", "deep"],
    ["a.b.example.com", "/", "any"],
    ["elsewhere.org", "/shop/cart", "shop"],
    ["v1.localhost", "/", "v1"],
  ])("%s%s is %s", async (host, path, text) => {
    expect(await server.send(path, { host })).toMatchObject({ status: 200, text });
  });

  test("the bare domain is not of its wildcard", async () => {
    expect((await server.send("/", { host: "example.com" })).code).toBe("no_route");
  });

  test("a route goes from one function to another", async () => {
    const routes = ["moving.example.org/*"];
    const get = () => server.send("/", { host: "moving.example.org" });
    await server.deploy("before", saying("before"), { routes });
    expect((await server.upload("after", saying("after"), { routes })).code).toBe("route_taken");
    expect((await get()).text).toBe("before");
    await server.deploy("before", saying("before, without"), {});
    expect((await get()).code).toBe("no_route");
    await server.deploy("after", saying("after"), { routes });
    expect((await get()).text).toBe("after");
    expect((await server.send("/fn/before/")).text).toBe("before, without");
    await server.control("DELETE", "/v1/functions/after");
    expect((await get()).code).toBe("no_route");
  });
});

test("deploys, roll-backs and removals are seen at once", async () => {
  const get = async () => (await server.send("/", { host: "life.localhost" })).text;
  const first = await server.deploy("life", saying("one"));
  expect(await get()).toBe("one");
  await server.deploy("life", saying("two"));
  expect(await get()).toBe("two");
  expect((await server.control("POST", "/v1/functions/life/rollback")).json()).toMatchObject({ version: first });
  expect(await get()).toBe("one");
  // The same bytes are the same version.
  expect(await server.deploy("life", saying("one"))).toBe(first);
  expect((await server.upload("life", "export default {")).code).toBe("module_syntax");
  expect(await get()).toBe("one");
  expect((await server.control("DELETE", "/v1/functions/life")).status).toBe(204);
  expect((await server.send("/", { host: "life.localhost" })).code).toBe("no_route");
});
