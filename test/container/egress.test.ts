import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestServer } from "../e2e/server.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

/** Of this machine; in containers the usual one is their own. */
const permitted = "127.0.0.2";
const forbidden = "127.0.0.3";
const tenant = "ours";

describe.skipIf(dockerHost === null)("the way out of containers", () => {
  let server: TestServer;
  let origin: HttpServer;
  let raw: Server;
  let port: number;
  const hanging: (() => void)[] = [];

  beforeAll(async () => {
    origin = createHttpServer((request, response) => {
      if (request.url === "/hang") {
        hanging.push(() => response.end("at last"));
        return;
      }
      response.setHeader("x-seen", `${request.method} ${request.headers["islet-hops"]} ${request.headers.host}`);
      request.pipe(response);
    });
    // Says back what it hears, whatever that is.
    raw = createServer((socket) => void socket.pipe(socket));
    for (const one of [origin, raw]) await once(one.listen(0, "0.0.0.0"), "listening");
    ({ port } = origin.address() as AddressInfo);
    server = await TestServer.start({
      ...{ POOLS: 1, DOCKER_HOST: String(dockerHost), CONTAINER_PAUSE_MS: 60_000, CONTAINER_CONCURRENCY: 2 },
      EGRESS_ALLOW: permitted,
    });
    const fetching = `
      import { connect } from "node:net";
      const tried = async (work) => { try { return await work(); } catch (error) { return String(error.cause?.code ?? error.code ?? error); } };
      const whole = async (response) => [response.status, (await response.text()).trim(), response.headers.get("x-seen")];
      const lines = (socket) => new Promise((resolve, reject) => socket.once("data", (data) => resolve(data.toString("latin1"))).once("error", reject).once("close", () => resolve("closed")));
      const dial = (port, host) => new Promise((resolve, reject) => { const socket = connect(port, host, () => resolve(socket)).once("error", reject); });
      const asked = {
        fetch: async ({ url, ...init }) => whole(await fetch(url, init)),
        dial: async ({ host, port }) => { (await dial(port, host)).destroy(); return "connected"; },
        tunnel: async ({ target, send }) => {
          const socket = await dial(3128, "127.0.0.1");
          socket.write("CONNECT " + target + " HTTP/1.1\\r\\nhost: " + target + "\\r\\n\\r\\n");
          const head = await lines(socket);
          if (!send || !head.includes(" 200 ")) return head;
          socket.write(Buffer.from(send, "latin1"));
          const answer = await lines(socket);
          socket.destroy();
          return answer;
        },
        many: async ({ url, count }) => Promise.all(Array.from({ length: count }, async () => (await fetch(url)).status)),
      };
      export default { async fetch(request) {
        const { what, ...more } = await request.json();
        return Response.json(await tried(() => asked[what](more)));
      } };`;
    const asContainer = { tier: "container", tenant };
    await server.deploy("out", fetching, { ...asContainer, limits: { subrequestsInFlight: 2 } });
    await server.deploy("closed", fetching, { ...asContainer, egress: { allow: [] } });
  });
  afterAll(async () => {
    await server?.stop();
    origin?.closeAllConnections();
    for (const one of [origin, raw]) one?.close();
  });

  const ask = async (what: string, more: object, name = "out") =>
    (await server.send(`/fn/${name}/`, { method: "POST", body: JSON.stringify({ what, ...more }) })).json();

  test("leads to what the policy permits, with the loop guard's field", async () => {
    const url = `http://${permitted}:${port}/some`;
    expect(await ask("fetch", { url })).toEqual([200, "", `GET 1 ${permitted}:${port}`]);
    const posted = await ask("fetch", { url, method: "POST", body: "to and fro", headers: { "islet-hops": "0" } });
    expect(posted).toEqual([200, "to and fro", `POST 1 ${permitted}:${port}`]);
  });

  test.each([
    ["the clouds' metadata service", () => "http://169.254.169.254/latest/", /is not public/],
    ["an address that nobody permitted", () => `http://${forbidden}:${port}/`, /is not public/],
    ["the control API", () => server.controlUrl.replace("127.0.0.1", permitted), /this server's own/],
    ["a private network", () => "http://172.17.0.2/", /is not public/],
  ])("refuses %s with 403 and a reason", async (_what, url, reason) => {
    expect(await ask("fetch", { url: url() })).toEqual([403, expect.stringMatching(reason), null]);
    const { host } = new URL(url());
    await server.logs.find({ function: "out", msg: /refused by the egress policy/, host });
  });

  test("refuses what is encrypted as well, and takes it to what is permitted", async () => {
    expect(await ask("tunnel", { target: "169.254.169.254:443" })).toMatch(/^HTTP\/1\.1 403 .*is not public/s);
    expect(await ask("fetch", { url: "https://169.254.169.254/" })).toBeTypeOf("string");
    const hello = "\x16\x03\x01 as TLS begins";
    const { port: rawPort } = raw.address() as AddressInfo;
    expect(await ask("tunnel", { target: `${permitted}:${rawPort}`, send: hello })).toBe(hello);
    expect(await ask("tunnel", { target: `${forbidden}:${rawPort}`, send: hello })).toBe("closed");
    const refused = (await server.metrics()).sum("islet_egress_refused_total", { reason: "not_public" });
    expect(refused).toBeGreaterThanOrEqual(6);
  });

  test("heeds the function's own lists", async () => {
    const answer = await ask("fetch", { url: `http://${permitted}:${port}/` }, "closed");
    expect(answer).toEqual([403, expect.stringMatching(/not on the allow list/), null]);
  });

  test("is the only one: nothing else leaves", async () => {
    expect(await ask("dial", { host: permitted, port })).toBe("ECONNREFUSED");
    expect(await ask("dial", { host: "192.0.2.1", port: 80 })).toBe("ENETUNREACH");
    expect(await ask("dial", { host: "example.com", port: 80 })).toMatch(/EAI_AGAIN|ENOTFOUND/);
  });

  test("leads to functions of the same tenant, and not in circles", async () => {
    const near =
      "export default { fetch: (request) => new Response('near, after ' + request.headers.get('islet-hops')) };";
    await server.deploy("near", near, { tenant, routes: ["near.example/*"] });
    expect(await ask("fetch", { url: "http://near.example/" })).toEqual([200, "near, after 1", null]);
    const circle = "export default { fetch: () => fetch('http://circle.example/') };";
    await server.deploy("circle", circle, { tier: "container", tenant, routes: ["circle.example/*"] });
    const answer = await server.send("/fn/circle/");
    expect([answer.status, answer.code]).toEqual([508, "loop_detected"]);
  });

  test("takes so many at a time", async () => {
    // Two for each of the two requests that the container takes.
    const url = `http://${permitted}:${port}/hang`;
    const waiting = ask("many", { url, count: 4 });
    await expect.poll(() => hanging.length).toBe(4);
    expect(await ask("fetch", { url })).toEqual([503, expect.stringMatching(/more than 4 requests/), null]);
    for (const answer of hanging) answer();
    expect(await waiting).toEqual([200, 200, 200, 200]);
  });

  test("is there for Python as well", async () => {
    const source = `
import urllib.request, urllib.error

def get(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return [answer.status, answer.headers["x-seen"]]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]
    except urllib.error.URLError as error:
        return [0, str(error.reason)]
`;
    await server.deploy("snake", { "snake.py": { type: "text/x-python", content: source } }, { handler: "snake.get" });
    const get = async (url: string) => (await server.send(`/fn/snake/?url=${encodeURIComponent(url)}`)).json();
    expect(await get(`http://${permitted}:${port}/`)).toEqual([200, `GET 1 ${permitted}:${port}`]);
    expect(await get("http://169.254.169.254/")).toEqual([403, expect.stringMatching(/is not public/)]);
    expect(await get("https://169.254.169.254/")).toEqual([0, expect.stringMatching(/403/)]);
  });
});
