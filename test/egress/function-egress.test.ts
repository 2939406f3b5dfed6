import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LiveFunction } from "../../src/core/deployment.ts";
import type { EgressLists, OutgoingRequest } from "../../src/core/egress.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { OwnAddresses } from "../../src/core/own-addresses.ts";
import { FunctionEgress } from "../../src/egress/function-egress.ts";

/* Real connections to a server on loopback, with names that lead where a test says. */

let origin: Server;
let port: number;
let connections: Socket[] = [];
let seen: { url: string | undefined; headers: Record<string, unknown> }[] = [];
let egress: FunctionEgress;
let refused: string[] = [];
/** Name → what it leads to, one after the other; the last stays. */
let names: Record<string, string[]>;
let lookups = 0;

beforeAll(async () => {
  origin = createServer((request, response) => {
    seen.push({ url: request.url, headers: request.headers });
    const location = new URL(request.url ?? "/", "http://x").searchParams.get("to");
    if (location === null) response.end(request.url);
    else response.writeHead(302, { location }).end();
  });
  origin.on("connection", (socket) => connections.push(socket));
  await new Promise<void>((resolve) => origin.listen(0, "0.0.0.0", resolve));
  port = (origin.address() as AddressInfo).port;
});
afterAll(async () => {
  await egress.close();
  origin.closeAllConnections();
  await new Promise((resolve) => origin.close(resolve));
});
beforeEach(async () => {
  await egress?.close();
  [connections, seen, refused, lookups] = [[], [], [], 0];
  names = { "good.test": ["127.0.0.1"], "inside.test": ["127.0.0.2"] };
  // 127.0.0.1 stands for all that is public.
  egress = new FunctionEgress({
    operator: { allow: ["127.0.0.1"], deny: [] },
    own: new OwnAddresses(0),
    onRefused: (caller, url, { reason, address }) => refused.push(`${caller.fn.name} ${url.host} ${address} ${reason}`),
    lookup: (name, done) => {
      lookups++;
      const list = names[name] ?? [];
      const now = list.length > 1 ? list.shift() : list[0];
      const found = (now ?? "").split(" ").map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      done(now === undefined ? new Error(`no ${name}`) : null, found);
    },
  });
});

function request(url: string, more: Partial<OutgoingRequest> & { lists?: EgressLists } = {}): OutgoingRequest {
  const { lists, ...rest } = more;
  const fn: LiveFunction = {
    ...{ name: "f", tenant: "f", group: "shared", versionId: "0".repeat(64), routes: [], limits: defaultLimits },
    ...(lists && { egress: lists }),
  };
  return {
    ...{ caller: { requestId: "r", fn, headers: "" }, method: "GET", url, headers: [], redirect: "follow", body: null },
    signal: new AbortController().signal,
    ...rest,
  };
}

async function ask(url: string, more?: Parameters<typeof request>[1]): Promise<string> {
  const answer = await egress.fetch(request(url, more));
  const body = await text(answer.body);
  // undici takes its connection back a moment after the body's end.
  await new Promise((resolve) => setImmediate(resolve));
  return body;
}

test("a name that leads to a permitted address is fetched, one that leads elsewhere is not", async () => {
  expect(await ask(`http://good.test:${port}/a`)).toBe("/a");
  await expect(ask(`http://inside.test:${port}/`)).rejects.toThrow(
    "refused by the egress policy: inside.test leads to no public address",
  );
  expect(refused).toEqual([`f inside.test:${port} 127.0.0.2 not_public`]);
  expect(connections.length).toBe(1);
});

test.each([
  "http://127.0.0.2",
  "http://2130706434",
  "http://0x7f000002",
  "http://0177.0.0.2",
  "http://127.2",
  "http://[::ffff:127.0.0.2]",
  "http://[::1]",
  "http://0.0.0.0",
])("%s is refused, without a connection", async (literal) => {
  await expect(ask(`${literal}:${port}/`)).rejects.toThrow(/refused by the egress policy/);
  expect([connections.length, lookups, refused.length]).toEqual([0, 0, 1]);
});

test("a name that changes where it leads between looking and connecting changes nothing", async () => {
  names["rebind.test"] = ["127.0.0.1", "127.0.0.2"];
  expect(await ask(`http://rebind.test:${port}/`)).toBe("/");
  expect([lookups, connections[0]?.localAddress]).toEqual([1, "127.0.0.1"]);
  // The connection that was permitted is used again; a new one is not made.
  connections[0]?.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  await expect(ask(`http://rebind.test:${port}/`).catch(() => ask(`http://rebind.test:${port}/`))).rejects.toThrow(
    /leads to no public address/,
  );
  expect(connections.length).toBe(1);
});

test("of several addresses only those that are permitted are connected to", async () => {
  names["mixed.test"] = ["127.0.0.2 10.0.0.1 127.0.0.1 ::1"];
  expect(await ask(`http://mixed.test:${port}/`)).toBe("/");
  expect(connections.map(({ localAddress }) => localAddress)).toEqual(["127.0.0.1"]);
});

test("redirects are held to the same policy, and lose credentials at another origin", async () => {
  for (const target of [`http://inside.test:${port}/`, `http://127.0.0.2:${port}/`, "http://169.254.169.254/"]) {
    const url = `http://good.test:${port}/?to=${encodeURIComponent(target)}`;
    await expect(ask(url)).rejects.toThrow(/refused by the egress policy/);
  }
  expect(seen.length).toBe(3);
  await expect(ask(`http://good.test:${port}/?to=file:///etc/passwd`)).rejects.toThrow("fetch cannot use file: URLs");
  const headers = ["authorization", "a", "cookie", "b", "x-kept", "c"];
  await ask(`http://good.test:${port}/?to=${encodeURIComponent(`http://127.0.0.1:${port}/other`)}`, { headers });
  expect(seen.at(-1)?.headers).toMatchObject({ "x-kept": "c" });
  expect(seen.at(-1)?.headers).not.toMatchObject({ authorization: "a" });
  expect(seen.at(-1)?.headers).not.toMatchObject({ cookie: "b" });
});

test("a connection that one function may use is not there for another that may not", async () => {
  const open = { allow: null, deny: [] };
  expect(await ask(`http://good.test:${port}/1`, { lists: open })).toBe("/1");
  expect(await ask(`http://good.test:${port}/2`, { lists: open })).toBe("/2");
  expect(connections.length).toBe(1);
  for (const lists of [
    { allow: ["other.test"], deny: [] },
    { allow: null, deny: ["good.test"] },
    { allow: null, deny: ["127.0.0.0/8"] },
    { allow: [], deny: [] },
  ]) {
    await expect(ask(`http://good.test:${port}/3`, { lists })).rejects.toThrow(/refused by the egress policy/);
  }
  expect([connections.length, seen.length]).toEqual([1, 2]);
  expect(await ask(`http://good.test:${port}/4`, { lists: { allow: [`good.test:${port}`], deny: [] } })).toBe("/4");
  expect(connections.length).toBe(2);
});

test("a request says how many functions it came through, whatever the function says", async () => {
  const headers = ["Islet-Hops", "0", "islet-hops", "1"];
  await ask(`http://good.test:${port}/`, { headers });
  expect(seen[0]?.headers["islet-hops"]).toBe("1");
  const { caller } = request("http://good.test");
  await ask(`http://good.test:${port}/`, { headers, caller: { ...caller, headers: "host\nx\nislet-hops\n4" } });
  expect(seen[1]?.headers["islet-hops"]).toBe("5");
});

test("failures to connect show no address", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => closed.once("listening", resolve));
  const { port: closedPort } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await expect(ask(`http://good.test:${closedPort}/`)).rejects.toThrow(`connect ECONNREFUSED good.test:${closedPort}`);
});
