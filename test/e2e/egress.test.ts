import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Origin } from "./origin.ts";
import { TestServer } from "./server.ts";

/* What functions reach, over real HTTP. */

let server: TestServer;
let origin: Origin;
let asked = 0;

/** Fetches what the query's `to` says, and tells what came of it. */
const probe = `export default {
  async fetch(request) {
    try {
      const response = await fetch(new URL(request.url).searchParams.get("to"));
      return Response.json({ status: response.status, text: await response.text() });
    } catch (error) {
      return Response.json({ name: error.name, message: error.message });
    }
  },
};`;

beforeAll(async () => {
  origin = await Origin.start({
    "/": (_, response) => response.end(`answer ${++asked}`),
    "/inside": (_, response) => response.writeHead(302, { location: "http://169.254.169.254/latest/" }).end(),
  });
  server = await TestServer.start({
    POOLS: 1,
    EGRESS_ALLOW: `127.0.0.1:${new URL(origin.url).port}, 127.0.0.3`,
    EGRESS_DENY: "127.0.0.3",
  });
  await server.deploy("open", probe);
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const ask = async (name: string, to: string) =>
  (await server.send(`/fn/${name}/?to=${encodeURIComponent(to)}`)).json() as Record<string, unknown>;

describe("by default", () => {
  test.each([
    ["http://127.0.0.2/", "not_public"],
    ["http://localhost/", "not_public"],
    ["http://[::1]/", "not_public"],
    ["http://169.254.169.254/latest/meta-data/", "not_public"],
    ["http://[fd00:ec2::254]/", "not_public"],
    ["http://10.0.0.1/", "not_public"],
    ["http://0x0a000001/", "not_public"],
    ["http://[::ffff:192.168.0.1]/", "not_public"],
    ["http://127.0.0.3/", "denied"],
    ["http://example.com:25/", "port"],
  ])("%s is refused: %s", async (url, reason) => {
    const { name, message } = await ask("open", url);
    expect([name, message]).toEqual(["TypeError", expect.stringContaining("refused by the egress policy")]);
    const { host } = new URL(url);
    expect(await server.logs.find({ function: "open", host, reason })).toMatchObject({ level: 40 });
  });

  test("the server's own ports, the control API above all", async () => {
    for (const url of [
      server.controlUrl,
      server.controlUrl.replace("127.0.0.1", "localhost"),
      `${server.url}/healthz`,
    ]) {
      expect(await ask("open", url)).toMatchObject({ message: expect.stringContaining("this server's own") });
    }
  });

  test("refusals are counted by their reasons", async () => {
    const metrics = await server.metrics();
    expect(metrics.sum("islet_egress_refused_total", { reason: "own_port" })).toBe(3);
    expect(metrics.sum("islet_egress_refused_total", { reason: "port" })).toBe(1);
  });
});

test("what the operator permits is reached, and a redirect out of it is not followed", async () => {
  expect(await ask("open", origin.url)).toMatchObject({ status: 200 });
  expect(await ask("open", `${origin.url}/inside`)).toMatchObject({ name: "TypeError" });
});

test("lists of a function: live with the deploy, back with the roll-back", async () => {
  const allow = [`127.0.0.1:${new URL(origin.url).port}`];
  await server.deploy("listed", probe, { egress: { allow } });
  expect(await ask("listed", origin.url)).toMatchObject({ status: 200 });
  expect(await ask("listed", "http://example.invalid/")).toMatchObject({ name: "TypeError" });
  const described = (await server.control("GET", "/v1/functions/listed")).json();
  expect(described).toMatchObject({ egress: { allow, deny: [] } });

  const before = asked;
  const again = await server.upload("listed", probe, { egress: { deny: ["127.0.0.1"] } });
  expect([again.status, (again.json() as { created: boolean }).created]).toEqual([200, false]);
  const { message } = await ask("listed", origin.url);
  expect([message, asked]).toEqual([expect.stringContaining("127.0.0.1 is on a deny list"), before]);
  // The other function's connection to the same origin is still open, and still its own.
  expect(await ask("open", origin.url)).toMatchObject({ status: 200 });

  expect((await server.control("POST", "/v1/functions/listed/rollback")).json()).toMatchObject({ egress: { allow } });
  expect(await ask("listed", origin.url)).toMatchObject({ status: 200 });
});

test("a function opens nothing that the operator has not", async () => {
  await server.deploy("wide", probe, { egress: { allow: ["*", "0.0.0.0/0", "::/0"] } });
  for (const url of ["http://127.0.0.2/", "http://10.0.0.1/", server.controlUrl]) {
    expect(await ask("wide", url)).toMatchObject({ name: "TypeError" });
  }
});

test("lists that cannot be read are refused, naming the entry", async () => {
  const { code, text } = await server.upload("bad", probe, { egress: { deny: ["10.0.0.0/8", "http://a/"] } });
  expect([code, text]).toEqual(["invalid_manifest", expect.stringContaining("egress.deny.1")]);
});
