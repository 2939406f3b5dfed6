import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildSamples } from "../../samples/build.ts";
import { Engine } from "../../src/container/engine.ts";
import { expectNodeInBrief } from "../e2e/node-in-brief.ts";
import { TestServer } from "../e2e/server.ts";
import { until } from "../e2e/until.ts";
import { readmeBlocks } from "../samples/sample-server.ts";
import { inspectAll, labelsOf } from "./inspection.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

const python = (content: string) => ({ type: "application/octet-stream", content });
const container = { tier: "container" };

describe.skipIf(dockerHost === null)("functions in containers", () => {
  let server: TestServer;
  let engine: Engine;

  beforeAll(async () => {
    engine = new Engine(String(dockerHost));
    server = await TestServer.start({
      ...{ POOLS: 1, DOCKER_HOST: String(dockerHost), CONTAINER_PAUSE_MS: 60_000 },
      // A container's start takes longer where others have the cores.
      QUEUE_MS: 30_000,
    });
  });
  afterAll(async () => {
    await server?.stop();
    await engine?.close();
  });

  describe("a plain Python function", () => {
    beforeAll(async () => {
      const source = "def add(x, y):\n    print('adding', x, 'and', y)\n    return x + y\n";
      await server.deploy("add", { "add.py": python(source) }, { handler: "add.add" });
    });

    test("gets its parameters from the query, a JSON object or a form", async () => {
      const answer = await server.send("/fn/add/?x=1&y=2");
      expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([200, "application/json", "3"]);
      const posted = await server.send("/fn/add/", { method: "POST", body: '{"x":1,"y":2}' });
      expect([posted.status, posted.text]).toEqual([200, "3"]);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      expect((await server.send("/fn/add/", { method: "POST", headers, body: "x=1&y=2" })).text).toBe("3");
    });

    test.each([
      ["GET", "?x=1", undefined, /'y' is missing/],
      ["GET", "?x=1&y=2&z=3", undefined, /no parameter 'z'/],
      ["POST", "", '{"x":1}', /'y' is missing/],
      ["POST", "", "[1,2]", /not a JSON object/],
      ["POST", "", "{", /not JSON/],
    ])("answers %s %s %j with 400 that says what is wrong", async (method, query, body, message) => {
      const answer = await server.send(`/fn/add/${query}`, { method, ...(body !== undefined && { body }) });
      expect(answer).toMatchObject({ status: 400, code: "invalid_argument" });
      expect((answer.json() as { error: { message: string } }).error.message).toMatch(message);
    });

    test("what it prints is in the log under the request's id, and the log says the tier", async () => {
      await server.send("/fn/add/?x=40&y=2");
      const { requestId } = await server.logs.find({ function: "add", source: "function", msg: "adding 40 and 2" });
      expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({ status: 200, tier: "container" });
    });
  });

  test("the sample python-add answers as its README shows", async () => {
    const sample = (await buildSamples()).find(({ name }) => name === "python-add");
    const files = sample?.modules.map(({ name, bytes }) => [
      name,
      { type: "text/plain", content: new Uint8Array(bytes) },
    ]);
    await server.deploy("python-add", Object.fromEntries(files ?? []), sample?.manifest);
    const shown = readmeBlocks("python-add");
    expect(`${(await server.send("/fn/python-add/?x=1&y=2")).text}\n`).toBe(shown[1]);
    expect(shown[2]).toContain(`-d '{"x":1,"y":2}'`);
    expect((await server.send("/fn/python-add/", { method: "POST", body: '{"x":1,"y":2}' })).text).toBe("3");
    expect((await server.send("/fn/python-add/?x=1")).text).toContain("the parameter 'y' is missing");
  });

  test("annotations say of which type parameters are", async () => {
    const source = [
      "def label(code: str, weight: float, fragile: bool = False):",
      "    return {'code': code, 'weight': weight, 'fragile': fragile}",
    ].join("\n");
    await server.deploy("label", { "shop/labels.py": python(source) }, { handler: "shop.labels.label" });
    const answer = await server.send("/fn/label/?code=007&weight=2&fragile=true");
    expect(answer.json()).toEqual({ code: "007", weight: 2, fragile: true });
    expect(await server.send("/fn/label/?code=007&weight=heavy")).toMatchObject({
      status: 400,
      code: "invalid_argument",
    });
  });

  test("Python that takes the request, and a WSGI application", async () => {
    const source = `
from islet import Response

def show(request):
    return Response(request.method + " " + request.path + " " + request.text(), 201, {"x-agent": request.header("x-agent")})

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("202 Accepted indeed", [("content-type", "text/plain"), ("x-path", environ["PATH_INFO"])])
    yield environ["REQUEST_METHOD"].encode()
    yield b" " + str(len(body)).encode()
`;
    await server.deploy("show", { "web.py": python(source) }, { handler: "web.show" });
    const shown = await server.send("/fn/show/a/b?c", { method: "PUT", headers: { "x-agent": "me" }, body: "text" });
    expect([shown.status, shown.headers["x-agent"], shown.text]).toEqual([201, "me", "PUT /a/b text"]);
    await server.deploy("wsgi", { "web.py": python(source) }, { handler: "web.application" });
    const answer = await server.send("/fn/wsgi/p%C3%A9/q", { method: "POST", body: "x".repeat(300_000) });
    expect([answer.status, answer.text]).toEqual([202, "POST 300000"]);
  });

  test("an ASGI application, which is told that it starts, and streams", async () => {
    const source = `
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["started"] = "started"
        await send({"type": "lifespan.startup.complete"})
        await receive()
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    print("read", size)
    await send({"type": "http.response.start", "status": 202, "headers": [(b"x-path", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": scope["state"]["started"].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": b" " + str(size).encode()})
`;
    await server.deploy("asgi", { "web.py": python(source) }, { handler: "web.app" });
    const answer = await server.send("/fn/asgi/a", { method: "POST", body: "x".repeat(300_000) });
    expect([answer.status, answer.headers["x-path"], answer.text]).toEqual([202, "/a", "started 300000"]);
    const { requestId } = await server.logs.find({ function: "asgi", msg: "read 300000" });
    expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({ status: 202 });
  });

  test.each([
    ["def f(:\n", "module_syntax", /web\.py:1/],
    ["import nowhere\n", "module_not_found", /nowhere/],
    ["raise RuntimeError('on purpose')\n", "module_failed", /on purpose/],
    ["x = 1\n", "no_handler", /no f /],
    ["import os\nos._exit(3)\n", "module_crashed", /code 3/],
  ])("refuses %j at the upload as %s", async (source, code, message) => {
    const answer = await server.upload("refused", { "web.py": python(source) }, { handler: "web.f" });
    expect(answer).toMatchObject({ status: 400, code });
    expect(answer.text).toMatch(message);
  });

  test("Node runs the same module worker, with Node's own modules, variables and files beside it", async () => {
    const modules = {
      "index.js": `
        import { platform } from "node:os";
        import people from "./people.json";
        import text from "./note.txt" with { type: "text" };
        import { greeting } from "./words.js";
        export default { async fetch(request, env, ctx) {
          ctx.waitUntil(Promise.resolve().then(() => console.log("afterwards")));
          const { default: later } = await import("./later.js");
          return Response.json([platform(), greeting(people.ada), text, env.WHO, later, new URL(request.url).pathname]);
        } };`,
      "words.js": "export const greeting = (name) => ['Hello', name].join(', ');",
      "later.js": "export default import.meta.url.split('/').at(-1);",
      "people.json": { type: "application/json", content: '{"ada":"Ada"}' },
      "note.txt": { type: "text/plain", content: "a note" },
    };
    await server.deploy("node", modules, { ...container, env: { WHO: "a secret" } });
    const answer = await server.send("/fn/node/path");
    expect(answer.json()).toEqual(["linux", "Hello, Ada", "a note", "a secret", "later.js", "/path"]);
    await server.logs.find({ function: "node", source: "function", msg: "afterwards" });

    const described = await inspectAll(String(dockerHost), "islet.function=node");
    expect(JSON.stringify(described)).not.toContain("a secret");
  });

  test("Node's modules are Node's own, where an isolate has others", async () => {
    await expectNodeInBrief(server, container);
  });

  test("a container is held by all that the engine offers", async () => {
    const source = `
      import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
      export default { fetch() {
        const file = mkdtempSync("/tmp/f-") + "/note";
        writeFileSync(file, "held");
        return new Response(readFileSync(file));
      } };`;
    await server.deploy("held", source, { ...container, limits: { memoryMb: 100 } });
    expect((await server.send("/fn/held/")).text).toBe("held");
    const [held] = await inspectAll(String(dockerHost), "islet.function=held");
    expect(held?.Config.User).toBe("60500:60500");
    expect(held?.HostConfig).toMatchObject({
      ...{ Memory: 164 * 1024 * 1024, MemorySwap: 164 * 1024 * 1024, NanoCpus: 1_000_000_000, PidsLimit: 128 },
      ...{ ReadonlyRootfs: true, NetworkMode: "none", CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
      Privileged: false,
    });
    expect(held?.Mounts.every(({ RW }) => !RW)).toBe(true);

    // By no more than its tenant may have, as soon as that is laid down.
    const headers = { "content-type": "application/json" };
    await server.control("PUT", "/v1/tenants/held", { headers, body: '{"max":{"memoryMb":70}}' });
    expect((await server.send("/fn/held/")).text).toBe("held");
    const memoryOfAll = async () =>
      (await inspectAll(String(dockerHost), "islet.function=held")).map(({ HostConfig }) => HostConfig.Memory);
    await until(async () => isDeepStrictEqual(await memoryOfAll(), [134 * 1024 * 1024]));
  });

  test("one function moves from an isolate to a container and back by its manifest and by roll-back", async () => {
    const source = "export default { fetch: () => new Response(typeof process) };";
    const tierOf = async () => ((await server.control("GET", "/v1/functions/mover")).json() as { tier: string }).tier;
    const limits = { memoryMb: 128 };
    const first = await server.deploy("mover", source, { tier: "isolate", limits });
    expect([await tierOf(), (await server.send("/fn/mover/")).text]).toEqual(["isolate", "undefined"]);
    expect(await server.deploy("mover", source, { ...container, limits })).toBe(first);
    expect([await tierOf(), (await server.send("/fn/mover/")).text]).toEqual(["container", "object"]);
    await server.control("POST", "/v1/functions/mover/rollback");
    expect([await tierOf(), (await server.send("/fn/mover/")).text]).toEqual(["isolate", "undefined"]);
  });

  test("what no isolate can run goes to a container by itself: Node's own modules and native addons", async () => {
    const addon = `../../node_modules/isolated-vm/prebuilds/linux-${process.arch}/isolated-vm.abi137.glibc.node`;
    const source = `
      import { createRequire } from "module";
      const { ivm } = createRequire(import.meta.url)("./addon.node");
      export default { fetch: () => new Response(typeof ivm.Isolate) };`;
    const content = new Uint8Array(await readFile(new URL(addon, import.meta.url)));
    await server.deploy("native", { "index.js": source, "addon.node": { type: "application/octet-stream", content } });
    expect((await server.send("/fn/native/")).text).toBe("function");
    const described = (await server.control("GET", "/v1/functions/native")).json();
    expect(described).toMatchObject({
      tier: "container",
      placement: { asked: "auto", why: "addon.node is a native addon" },
    });
  });

  test("what takes too much memory, ends its process or never comes back harms nobody else", async () => {
    const source = `
      const FORGED = "SSH-2.0-x\\r\\n\\r\\n";
      const hoard = [];
      export default { async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/exit") process.exit(3);
        if (pathname === "/loop") for (;;);
        if (pathname === "/grow") for (;;) hoard.push(new Uint8Array(8 * 1024 * 1024).fill(1));
        if (pathname === "/hold") await new Promise(() => {});
        // On what requests come by, or on the others: the connection for logs and news is among them.
        const sockets = process._getActiveHandles().filter((socket) => socket.write && socket.bytesRead > 0 === (pathname === "/forge"));
        if (pathname === "/forge" || pathname === "/garble") for (const socket of sockets) socket.write(FORGED);
        return new Response("well");
      } };`;
    await server.deploy("wild", source, { ...container, limits: { wallMs: 6_000, memoryMb: 128 } });
    expect((await server.send("/fn/wild/")).text).toBe("well");
    expect(await server.send("/fn/wild/forge")).toMatchObject({ status: 500, code: "function_error" });
    // Its own answer may come before the front has read what ends the container.
    expect([200, 502]).toContain((await server.send("/fn/wild/garble")).status);
    await server.logs.find({ function: "wild", msg: "a container has ended" });
    expect((await server.send("/fn/wild/")).text).toBe("well");
    // A container is one version's: what else runs in it ends as the guilty request does.
    const held = server.send("/fn/wild/hold");
    expect(await server.send("/fn/wild/grow")).toMatchObject({ status: 503, code: "function_memory_limit" });
    expect(await held).toMatchObject({ status: 503, code: "function_memory_limit" });
    expect(await server.send("/fn/wild/exit")).toMatchObject({ status: 502, code: "function_crashed" });
    expect(await server.send("/fn/wild/loop")).toMatchObject({ status: 504, code: "function_wall_limit" });
    // The one in the loop is not asked again, or has been replaced.
    await server.logs.find({ msg: /does not come back/ });
    expect((await server.send("/fn/wild/")).text).toBe("well");
  });

  test("a deleted function leaves no container", async () => {
    await server.deploy("brief", "export default { fetch: () => new Response('brief') };", container);
    await server.send("/fn/brief/");
    await server.control("DELETE", "/v1/functions/brief");
    await expect.poll(() => engine.labelled("islet.function=brief"), { timeout: 10_000 }).toEqual([]);
    expect(await server.send("/fn/brief/")).toMatchObject({ status: 404 });
  });

  test("containers say whose they are", async () => {
    const [labels] = await labelsOf(String(dockerHost), "islet.function=add");
    expect(labels).toMatchObject({ "islet.function": "add", "islet.version": expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});
