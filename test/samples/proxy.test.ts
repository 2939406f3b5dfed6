import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSamples } from "../../samples/build.ts";
import { type SampleServer, startSamples } from "./sample-server.ts";

let server: SampleServer;
let origin: Server;
let seen: { method: string | undefined; url: string | undefined; headers: IncomingMessage["headers"]; body: string };

beforeAll(async () => {
  origin = createServer(async (request, response) => {
    seen = { method: request.method, url: request.url, headers: request.headers, body: await text(request) };
    if (request.url === "/packed") {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
      response.end(gzipSync("plain again"));
      return;
    }
    response.writeHead(418, "Short and stout", { "x-from": "origin", "set-cookie": ["a=1", "b=2"] });
    response.end(`you sent ${seen.body.length} characters`);
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  server = await startSamples();
  await deployWithOrigin(`http://127.0.0.1:${(origin.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  origin.closeAllConnections();
  await new Promise((resolve) => origin.close(resolve));
});

/** As the sample's README shows it: the same bundle with another variable. */
async function deployWithOrigin(url: string): Promise<void> {
  const sample = (await buildSamples()).find(({ name }) => name === "proxy");
  const body = new FormData();
  const manifest = JSON.stringify({ main: "index.js", env: { ORIGIN: url } });
  body.set("manifest", new Blob([manifest], { type: "application/json" }));
  for (const { name, bytes } of sample?.modules ?? []) {
    body.set(name, new Blob([Uint8Array.from(bytes)], { type: "text/javascript" }), name);
  }
  const headers = { authorization: `Bearer ${server.token}` };
  const deployed = await fetch(`${server.controlUrl}/v1/functions/proxy`, { method: "PUT", headers, body });
  expect(deployed.status).toBe(201);
}

test("fetches the path and query from the origin, and answers what that answers", async () => {
  const response = await server.call("proxy", "/a/b?c=d", { headers: { "x-from": "client" } });
  expect(seen).toMatchObject({ method: "GET", url: "/a/b?c=d", headers: { "x-from": "client" }, body: "" });
  expect([response.status, response.statusText, response.headers.get("x-from")]).toEqual([
    418,
    "Short and stout",
    "origin",
  ]);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(await response.text()).toBe("you sent 0 characters");
});

test("passes method and body on, of every size", async () => {
  for (const size of [1, 10_000, 1_000_000]) {
    const body = "x".repeat(size);
    const response = await server.call("proxy", "/", { method: "PUT", body });
    expect(seen.method).toBe("PUT");
    expect(seen.body).toBe(body);
    expect(await response.text()).toBe(`you sent ${size} characters`);
  }
});

test("leaves a compressed body as it is", async () => {
  const response = await server.call("proxy", "/packed");
  expect(response.headers.get("content-encoding")).toBe("gzip");
  expect(await response.text()).toBe("plain again");
});
