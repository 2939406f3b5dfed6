import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { baseImage } from "../../src/container/base-images.ts";
import { Engine } from "../../src/container/engine.ts";
import { TestServer } from "../e2e/server.ts";
import { inspectAll } from "./inspection.ts";
import { engineForTests } from "./test-engine.ts";

const dockerHost = await engineForTests();

/** A plain HTTP server, as anybody would write it. */
const plainServer = `
const [fs, http] = [require("node:fs"), require("node:http")];
const { spawnSync } = require("node:child_process");
let asked = 0;
http.createServer(async (request, response) => {
  const { method, url, headers, rawHeaders } = request;
  const { pathname } = new URL(url, "http://any");
  asked++;
  console.log("asked for", url);
  if (pathname === "/exit") process.exit(3);
  if (pathname === "/grow") for (const hoard = [];;) hoard.push(new Uint8Array(8 * 1024 * 1024).fill(1));
  if (pathname === "/orphan") {
    const made = spawnSync(process.execPath, ["-e", "console.log(require('node:child_process').spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }).pid), process.exit()"]);
    return response.end(String(made.stdout).trim());
  }
  if (pathname === "/state") {
    try {
      return response.end(fs.readFileSync("/proc/" + url.split("?")[1] + "/stat", "utf8").split(" ")[2]);
    } catch {
      return response.end("gone");
    }
  }
  if (pathname === "/hang-up") return request.socket.destroy();
  if (pathname === "/break") { response.write("half"); return setTimeout(() => request.socket.destroy(), 20); }
  if (pathname === "/upgrade") return response.writeHead(101, { connection: "upgrade", upgrade: "x" }).end();
  if (pathname === "/status") return response.writeHead(Number(url.split("?")[1]), { "x-kept": "yes" }).end();
  if (pathname === "/stream") {
    response.write("first ");
    request.on("data", (piece) => response.write("<" + piece + ">")).on("end", () => response.end());
    return;
  }
  if (pathname === "/env") return response.end(JSON.stringify({ env: process.env, cwd: process.cwd(), uid: process.getuid() }));
  if (pathname === "/out") {
    const answer = await fetch(decodeURIComponent(url.split("?")[1]));
    return response.writeHead(answer.status).end(await answer.text());
  }
  if (pathname === "/length") {
    let length = 0;
    for await (const piece of request) length += piece.length;
    return response.end(String(length));
  }
  response.setHeader("set-cookie", ["a=1", "b=2"]).setHeader("islet-failure", "error").setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method, url, headers, rawHeaders, asked }));
}).listen(process.env.PORT, () => console.error("listening"));
`;

describe.skipIf(dockerHost === null)("programs in images", () => {
  let server: TestServer;
  let engine: Engine;
  let image: string;

  const run = (name: string, source: string, more: object = {}) =>
    server.upload(name, {}, { image, command: ["node", "-e", source], ...more });

  beforeAll(async () => {
    engine = new Engine(String(dockerHost));
    image = (await baseImage(engine, "node")).name;
    server = await TestServer.start({
      ...{ POOLS: 1, DOCKER_HOST: String(dockerHost), CONTAINER_PAUSE_MS: 60_000 },
      // A container's start takes longer where others have the cores.
      QUEUE_MS: 30_000,
    });
    const answer = await run("plain", plainServer, { env: { GREETING: "hello", PORT: "1" } });
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  });
  afterAll(async () => {
    await server?.stop();
    await engine?.close();
  });

  test("get requests as the client sent them, and their answers come back as they are", async () => {
    const headers = { host: "shop.example", "x-mine": "1", te: "trailers" };
    const answer = await server.send("/fn/plain/a%20b/../c?q=%2F&r", { headers });
    expect(answer.headers).toMatchObject({ "set-cookie": ["a=1", "b=2"], "content-type": "application/json" });
    expect(answer.headers["islet-failure"]).toBeUndefined();
    const seen = answer.json() as { method: string; url: string; headers: Record<string, string> };
    expect(seen).toMatchObject({ method: "GET", headers: { host: "shop.example", "x-mine": "1" } });
    expect(seen.url).toMatch(/c\?q=%2F&r$/);
    for (const name of ["te", "expect", "content-length", "islet-request-id"]) {
      expect(seen.headers).not.toHaveProperty(name);
    }
    const posted = await server.send("/fn/plain/", { method: "POST", body: "text" });
    expect(posted.json()).toMatchObject({ method: "POST", headers: { "content-length": "4" } });
  });

  test("go out through the front, under the egress policy", async () => {
    const answer = await server.send("/fn/plain/out?http%3A%2F%2F169.254.169.254%2Flatest%2F");
    expect([answer.status, answer.text]).toEqual([403, expect.stringMatching(/169\.254\.169\.254 is not public/)]);
  });

  test("bodies of any length stream both ways", async () => {
    expect((await server.send("/fn/plain/length", { method: "PUT", body: "x".repeat(3_000_000) })).text).toBe(
      "3000000",
    );
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    // It may be closed as soon as the end has been seen.
    const closed = once(socket, "close");
    let seen = "";
    socket.setEncoding("utf8").on("data", (piece) => {
      seen += piece;
    });
    const until = (text: string) => expect.poll(() => seen, { timeout: 5_000, interval: 5 }).toContain(text);
    socket.write(
      "POST /fn/plain/stream HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
    );
    await until("first ");
    socket.write("3\r\none\r\n");
    await until("<one>");
    socket.write("3\r\ntwo\r\n0\r\n\r\n");
    await until("<two>");
    await closed;
  });

  test.each([
    ["HEAD", "/status?200"],
    ["GET", "/status?204"],
    ["GET", "/status?304"],
  ])("%s %s has no body", async (method, path) => {
    const answer = await server.send(`/fn/plain${path}`, { method });
    expect(answer.text).toBe("");
    expect(answer.status).toBe(Number(path.split("?")[1]));
  });

  test("they have the image's variables and the function's, and no privileges", async () => {
    const { env, cwd, uid } = (await server.send("/fn/plain/env")).json() as {
      env: Record<string, string>;
      cwd: string;
      uid: number;
    };
    expect(env).toMatchObject({ GREETING: "hello", PORT: "8080", HOME: "/tmp" });
    expect(Object.keys(env).filter((name) => name.startsWith("ISLET_"))).toEqual([]);
    expect([cwd, uid]).toEqual(["/", 60_500]);
    const [held] = await inspectAll(String(dockerHost), "islet.function=plain");
    expect(held?.HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, NetworkMode: "none", CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
    });
    expect(JSON.stringify(held)).not.toContain("GREETING");
  });

  test("what they leave behind of their children is reaped", async () => {
    const orphan = (await server.send("/fn/plain/orphan")).text;
    expect(Number(orphan)).toBeGreaterThan(1);
    const state = async () => (await server.send(`/fn/plain/state?${orphan}`)).text;
    await expect.poll(state, { timeout: 10_000 }).toBe("gone");
  });

  test("what they write while one request is in flight is in its log", async () => {
    await server.send("/fn/plain/logged?once");
    const { requestId } = await server.logs.find({
      function: "plain",
      source: "function",
      msg: "asked for /logged?once",
    });
    expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({ status: 200, tier: "container" });
  });

  test.each([
    ["/hang-up", 500, "function_error"],
    ["/upgrade", 500, "function_error"],
    ["/exit", 502, "function_crashed"],
    ["/grow", 503, "function_memory_limit"],
  ])("%s is answered with %i %s, and the next request as ever", async (path, status, code) => {
    expect(await server.send(`/fn/plain${path}`)).toMatchObject({ status, code });
    expect((await server.send("/fn/plain/")).status).toBe(200);
  });

  test("an answer that breaks off does so for the client", async () => {
    await expect(server.send("/fn/plain/break")).rejects.toThrow();
    expect((await server.send("/fn/plain/")).status).toBe(200);
  });

  test.each([
    [["node", "-e", "console.error('no good'); process.exit(4)"], /ended with exit code 4.*\n.*no good/],
    [["node", "-e", "process.kill(process.pid, 'SIGTERM')"], /was ended by SIGTERM/],
    [["nowhere", "--serve"], /"nowhere" cannot be started in \/: ENOENT/],
  ])("%j is refused at the upload", async (command, message) => {
    const answer = await server.upload("refused", {}, { image, command });
    expect(answer).toMatchObject({ status: 400, code: "program_failed" });
    expect((answer.json() as { error: { message: string } }).error.message).toMatch(message);
  });

  test("one that listens nowhere is refused when its time is over", async () => {
    const answer = await run("deaf", "setInterval(() => {}, 1000)", { limits: { startupMs: 1 }, port: 1_234 });
    expect(answer).toMatchObject({ status: 400, code: "program_failed" });
    expect(answer.text).toMatch(/port 1234 within/);
  });

  test("an image that the engine has not and cannot pull is refused", async () => {
    const answer = await server.upload("missing", {}, { image: "localhost:1/nobody/has:this" });
    expect(answer).toMatchObject({ status: 400, code: "image_not_found" });
  });
});
