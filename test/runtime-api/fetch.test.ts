import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

/** Answers of the origin that the guests fetch from, by path. */
const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/echo"(request, response) {
    response.setHeader("x-method", request.method ?? "");
    response.setHeader("x-type", request.headers["content-type"] ?? "");
    response.setHeader("x-a", request.headers["x-a"] ?? "");
    request.pipe(response);
  },
  "/cookies"(_request, response) {
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.statusCode = 204;
    response.end();
  },
  "/redirect"(_request, response) {
    response.writeHead(302, { location: "/echo" });
    response.end();
  },
  "/endless"(_request, response) {
    response.write("begun");
  },
  "/silent"() {
    silent.resolve();
  },
  "/reset"(request) {
    request.destroy();
  },
  "/cut"(_request, response) {
    response.write("begun", () => response.destroy());
  },
};
const silent = Promise.withResolvers<void>();

const server = createServer((request, response) => {
  const route = routes[request.url ?? ""];
  if (route) route(request, response);
  else response.writeHead(404).end();
});
let origin = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function run(code: string): Promise<unknown> {
  return (await guest()).run(`const origin = ${JSON.stringify(origin)}; ${code}`);
}

describe("fetch", () => {
  test("gives the answer", async () => {
    expect(
      await run(`const r = await fetch(origin + "/echo", { method: "POST", body: "h\u00e9", headers: { "x-a": "b" } });
        return [r.status, r.ok, r.statusText, r.url === origin + "/echo", r.redirected, r.type,
          r.headers.get("x-method"), r.headers.get("x-type"), r.headers.get("x-a"), await r.text(), r.bodyUsed];`),
    ).toEqual([200, true, "OK", true, false, "basic", "POST", "text/plain;charset=UTF-8", "b", "h\u00e9", true]);
  });

  test("sends streams, and reads them chunk by chunk", async () => {
    expect(
      await run(`const parts = ["one", "two"].map((text) => new TextEncoder().encode(text));
        const body = new ReadableStream({ pull(c) { const next = parts.shift(); if (next) c.enqueue(next); else c.close(); } });
        const r = await fetch(origin + "/echo", { method: "PUT", body, duplex: "half" });
        let text = "";
        for await (const chunk of r.body) text += new TextDecoder().decode(chunk);
        return text;`),
    ).toBe("onetwo");
  });

  test("keeps each cookie, and has no body where there is none", async () => {
    expect(
      await run(`const r = await fetch(origin + "/cookies"); return [r.status, r.headers.getSetCookie(), r.body];`),
    ).toEqual([204, ["a=1", "b=2"], null]);
  });

  test("follows redirects, shows them or rejects", async () => {
    expect(
      await run(`const of = async (redirect) => {
          const r = await fetch(origin + "/redirect", { redirect });
          return [r.status, r.redirected, r.url.slice(origin.length)];
        };
        return [await of("follow"), await of("manual"), await of("error").catch((error) => error.name)];`),
    ).toEqual([[200, true, "/echo"], [302, false, "/redirect"], "TypeError"]);
  });

  test("rejects with a TypeError that says why", async () => {
    expect(
      await run(`const why = (...args) => fetch(...args).catch((error) => error.name + ": " + error.message);
        return [await why(origin + "/reset"), await why("nothing"), await why("ftp://a/"), await why(origin, { body: "x" })];`),
    ).toEqual([
      expect.stringMatching(/^TypeError: fetch failed: .*closed/),
      expect.stringMatching(/^TypeError: Invalid URL/),
      expect.stringMatching(/^TypeError: fetch failed: .*ftp/),
      expect.stringMatching(/^TypeError: .*GET/),
    ]);
  });

  test("answers data: URLs by itself", async () => {
    expect(
      await run(`const of = async (url) => { const r = await fetch(url); return [r.headers.get("content-type"), await r.text()]; };
        return [await of("data:,a%20b"), await of("data:text/html;charset=x;base64,PGI+"),
          await fetch("data:;base64,*").catch((error) => error.name)];`),
    ).toEqual([["text/plain;charset=US-ASCII", "a b"], ["text/html;charset=x", "<b>"], "TypeError"]);
  });

  test("rejects when the answer is cut off", async () => {
    expect(
      await run(
        `const r = await fetch(origin + "/cut"); return [r.status, await r.text().catch((error) => error.name)];`,
      ),
    ).toEqual([200, "TypeError"]);
  });
});

describe("a fetch with a signal", () => {
  test("that is aborted already does not start", async () => {
    const it = await guest();
    expect(
      await it.run(`return fetch("http://a/", { signal: AbortSignal.abort("no") }).catch((reason) => reason)`),
    ).toBe("no");
    expect(it.host.calls).not.toContain("fetch");
  });

  test("is aborted while it waits", async () => {
    const it = await guest();
    const result = it.run(`const controller = new AbortController();
      globalThis.stop = () => controller.abort();
      return fetch("${origin}/silent", { signal: controller.signal }).catch((error) => error.name);`);
    await silent.promise;
    await it.run(`stop()`);
    expect(await result).toBe("AbortError");
    expect(it.host.fetchesAborted).toHaveLength(1);
  });

  test("is aborted while its body is read", async () => {
    const it = await guest();
    expect(
      await it.run(`const controller = new AbortController();
        const { signal } = controller;
        const r = await fetch("${origin}/endless", { signal });
        const reader = r.body.getReader();
        const first = await reader.read();
        const rest = reader.read();
        controller.abort("enough");
        return [new TextDecoder().decode(first.value), await rest.catch((reason) => reason)];`),
    ).toEqual(["begun", "enough"]);
    expect(it.host.fetchesAborted).toHaveLength(1);
  });

  test("is aborted while text() reads it", async () => {
    const it = await guest();
    expect(
      await it.run(`const controller = new AbortController();
        const r = await fetch("${origin}/endless", { signal: controller.signal });
        const text = r.text();
        controller.abort("enough");
        return text.catch((reason) => reason);`),
    ).toBe("enough");
  });

  test("is aborted with the request that it passes on", async () => {
    const it = await guest({ main: `export default { fetch: (request) => fetch("${origin}/silent", request) }` });
    const invocation = it.begin("http://a/");
    it.entries.abort(invocation, "gone");
    expect(await it.outcome(invocation)).toMatchObject({ failure: "threw", message: "AbortError: gone" });
    expect(it.host.fetchesAborted).toHaveLength(1);
  });
});

describe("a proxy", () => {
  test("passes bodies on both ways without reading them", async () => {
    const it = await guest({
      main: `export default { fetch: (request) => fetch(new Request("${origin}/echo", request)) }`,
    });
    const body = (async function* () {
      yield Buffer.from("one");
      yield Buffer.from("two");
    })();
    const answer = await it.request("http://a/", { method: "POST", headers: [["x-a", "b"]], body });
    expect(answer.text).toBe("onetwo");
    expect(answer.headers).toContainEqual(["x-a", "b"]);
    expect(answer.crossed).toMatchObject({ body: expect.any(Number), open: false });
    expect(it.host.calls.filter((name) => name === "pull" || name === "write")).toEqual([]);
  });

  test("can change status and headers without reading the body", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        const from = await fetch("${origin}/echo", { method: "POST", body: "x", signal: request.signal });
        const headers = new Headers(from.headers);
        headers.set("x-a", "c");
        return new Response(from.body, { status: 203, headers });
      } }`,
    });
    const answer = await it.request("http://a/");
    expect(answer).toMatchObject({ status: 203, text: "x" });
    expect(answer.headers).toContainEqual(["x-a", "c"]);
    expect(answer.crossed.body).toEqual(expect.any(Number));
  });
});
