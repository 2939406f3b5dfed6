import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { Agent } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { looper } from "./culprits.ts";
import { Origin, reachOrigins } from "./origin.ts";
import { type Answer, TestServer } from "./server.ts";
import { until } from "./until.ts";

let server: TestServer;
let origin: Origin;
/** Requests that functions have sent to the origin and that wait for the test. */
let held: ServerResponse[] = [];
let onHeld: (() => void) | undefined;

beforeAll(async () => {
  origin = await Origin.start({
    "/held": (_, response) => {
      held.push(response);
      onHeld?.();
    },
  });
});
afterAll(() => origin.stop());
beforeEach(() => {
  held = [];
});

async function heldRequests(count: number): Promise<void> {
  while (held.length < count) await new Promise<void>((resolve) => (onHeld = resolve));
}

const saying = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;
const waiting = () =>
  `export default { async fetch(request) { await request.text(); await fetch("${origin.url}/held"); return new Response("waited"); } };`;

/** The pool processes that have an isolate of the function. */
async function homesOf(name: string): Promise<{ process: string; inFlight: number }[]> {
  const answer = await server.control("GET", `/v1/functions/${name}/placement`);
  return (answer.json() as { instances: { process: string; inFlight: number }[] }).instances;
}

/** The name of the only one. */
async function homeOf(name: string): Promise<string> {
  const homes = await homesOf(name);
  expect(homes).toHaveLength(1);
  return String(homes[0]?.process);
}

async function asked(name: string): Promise<void> {
  expect((await server.send(`/fn/${name}/`)).status).toBe(200);
}

function kill(name: string, signal: NodeJS.Signals): void {
  const pid = server.pids().get(name);
  if (pid === undefined) throw new Error(`there is no ${name}`);
  process.kill(pid, signal);
}

describe("a pool process", () => {
  /** Born and not dead. */
  const living = async () => {
    const metrics = await server.metrics();
    return (
      metrics.sum("islet_child_births_total", { kind: "pool" }) -
      metrics.sum("islet_child_deaths_total", { kind: "pool" })
    );
  };
  /** Both serve, and the spare is there again. */
  const isWhole = async () =>
    (await server.metrics()).sum("islet_children_ready", { kind: "pool" }) === 2 && (await living()) === 3;

  beforeAll(async () => {
    // Which process a first request has loaded it in is what is asked here.
    server = await TestServer.start({ ...reachOrigins, POOLS: 2, PREWARM: "off" });
  });
  beforeEach(() => until(isWhole));
  afterAll(() => server.stop());

  test("that is killed fails no GET", async () => {
    await server.deploy("steady", saying("here"));
    await asked("steady");
    const home = await homeOf("steady");
    const answers: Answer[] = [];
    let killed = false;
    const client = async () => {
      const agent = new Agent({ connections: 1 });
      for (let i = 0; i < 150; i++) {
        answers.push(await server.send("/fn/steady/", { agent }));
        if (!killed && answers.length > 100) {
          killed = true;
          kill(home, "SIGKILL");
        }
      }
      await agent.close();
    };
    await Promise.all(Array.from({ length: 4 }, client));
    expect(answers.filter(({ status, text }) => status !== 200 || text !== "here")).toEqual([]);
    await server.logs.find({ child: home, reason: "crashed", signal: "SIGKILL" });
    // The spare takes its place, and another spare is born.
    await until(isWhole);
  });

  test("that is killed fails POSTs in flight with 502 and sends GETs again", async () => {
    await server.deploy("waiting", waiting());
    const version = await server.deploy("waiting", waiting());
    const first = server.send("/fn/waiting/");
    await heldRequests(1);
    const posts = Array.from({ length: 3 }, () => server.send("/fn/waiting/", { method: "POST", body: "once only" }));
    await heldRequests(4);
    const broken = held.map((response) => once(response, "close"));
    // On a busy machine it may have been given a second one.
    const busy = (await homesOf("waiting")).filter(({ inFlight }) => inFlight > 0);
    const homes = busy.map(({ process }) => process);
    for (const home of homes) kill(home, "SIGKILL");
    for (const answer of await Promise.all(posts)) {
      expect(answer).toMatchObject({ status: 502, code: expect.stringMatching(/^(pool_lost|function_crashed)$/) });
    }
    // What the dead process was fetching is given up, and the GET asks again elsewhere.
    await Promise.all(broken);
    await heldRequests(5);
    held[4]?.end();
    expect(await first).toMatchObject({ status: 200, text: "waited" });
    expect(held).toHaveLength(5);
    // The version that it was in is named.
    for (const home of homes) await server.logs.find({ child: home, version: `waiting@${version}` });
    expect((await server.metrics()).sum("islet_pool_deaths_blamed_total", { function: "waiting" })).toBe(homes.length);
  });

  test("that is killed is replaced again and again", async () => {
    await server.deploy("again", saying("again"));
    for (let i = 0; i < 3; i++) {
      expect(await server.send("/fn/again/")).toMatchObject({ status: 200, text: "again" });
      kill(await homeOf("again"), "SIGKILL");
    }
    expect(await server.send("/fn/again/")).toMatchObject({ status: 200, text: "again" });
  });

  test("that is stopped is found out, killed and replaced; the other serves meanwhile", async () => {
    const homes = new Map<string, string>();
    for (let i = 0; new Set(homes.values()).size < 2; i++) {
      await server.deploy(`f${i}`, saying(`f${i}`));
      await asked(`f${i}`);
      homes.set(`f${i}`, await homeOf(`f${i}`));
    }
    const [stuck, stuckHome] = [...homes][0] as [string, string];
    const [free] = [...homes].find(([, home]) => home !== stuckHome) as [string, string];
    kill(stuckHome, "SIGSTOP");
    const late = server.send(`/fn/${stuck}/`);
    for (let i = 0; i < 20; i++) {
      const first = await Promise.race([late.then(() => "late"), server.send(`/fn/${free}/`).then(({ text }) => text)]);
      if (i === 0) expect(first).toBe(free);
    }
    expect(await late).toMatchObject({ status: 200, text: stuck });
    await server.logs.find({ child: stuckHome, reason: "stalled" });
    await until(async () => (await server.metrics()).sum("islet_children_ready", { kind: "pool" }) === 2);
    expect((await server.metrics()).sum("islet_child_deaths_total", { kind: "pool", reason: "stalled" })).toBe(1);
  });

  // Last: after deaths that nobody explains, what replaces all of them waits a while.
  test("that is killed cuts an answer that has begun", async () => {
    await server.deploy(
      "begun",
      `export default { fetch: () => new Response(new ReadableStream({ async start(c) {
        c.enqueue(new Uint8Array(1)); await fetch("${origin.url}/held"); } })) };`,
    );
    const answer = server.send("/fn/begun/");
    const broken = expect(answer).rejects.toThrow();
    await heldRequests(1);
    for (const name of server.pids().keys()) if (name.startsWith("pool")) kill(name, "SIGKILL");
    await broken;
    expect(await server.logs.find({ function: "begun", msg: "request" })).toMatchObject({ broken: expect.any(String) });
  });
});

describe("with a server of its own", () => {
  afterEach(() => server.stop());

  /** In place of what its code does: what a pool process may do that code from an upload has taken over. */
  const takenOver = `
    const { Socket } = require("node:net");
    const { write } = Socket.prototype;
    Socket.prototype.write = function (bytes, ...rest) {
      const text = Buffer.from(bytes).toString("latin1");
      if (text.includes("write to the channel")) require("node:fs").writeSync(3, Buffer.alloc(64, 255));
      return write.call(this, text.includes("write a frame") ? Buffer.alloc(20, 255) : bytes, ...rest);
    };
  `;

  test("a pool process that is in other hands ends alone, whatever it says", async () => {
    server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
    const [run = ""] = server.runDirectories();
    const path = join(server.dataDir, run, "pool.cjs");
    writeFileSync(path, takenOver + readFileSync(path, "utf8"));
    // Those that come now have read that.
    for (const name of server.pids().keys()) if (name.startsWith("pool")) kill(name, "SIGKILL");
    await until(async () => (await server.metrics()).sum("islet_child_births_total", { kind: "pool" }) >= 4);
    await server.deploy("steady", saying("here"));
    await server.deploy("frame", saying("write a frame"));
    await server.deploy("channel", saying("write to the channel"));
    const statuses: number[] = [];
    let over = false;
    const client = async () => {
      for (; !over; await pause(5)) statuses.push((await server.send("/fn/steady/")).status);
    };
    const clients = [client(), client()];
    for (const name of ["frame", "channel"]) {
      const forged = async () => (await server.metrics()).sum("islet_child_deaths_total", { reason: "forged" });
      const before = await forged();
      const { status } = await server.send(`/fn/${name}/`, { method: "POST" });
      // What is wrong with the channel the supervisor sees, before or after the front has the answer.
      expect(name === "frame" ? [502] : [200, 502]).toContain(status);
      await until(async () => (await forged()) > before);
      await until(async () => (await server.metrics()).sum("islet_children_ready", { kind: "pool" }) === 1);
      // What it was asked is asked of no other.
      expect(await forged()).toBe(before + 1);
    }
    over = true;
    await Promise.all(clients);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(server.pids().has("front-1")).toBe(true);
    expect(server.logs.where({ child: "front-1" })).toEqual([]);
    expect(await server.logs.find({ msg: /sent what none of ours sends/ })).toMatchObject({
      problem: expect.any(String),
    });
  });

  test("pool processes that have grown old are replaced under load: no request fails, in flight or new", async () => {
    server = await TestServer.start({ ...reachOrigins, POOLS: 2, POOL_RECYCLE_MS: 1 });
    await server.deploy("steady", saying("here"));
    await server.deploy("waiting", waiting());
    const inFlight = server.send("/fn/waiting/", { method: "POST", body: "once only" });
    await heldRequests(1);
    const answers: Answer[] = [];
    let over = false;
    const client = async () => {
      while (!over) answers.push(await server.send("/fn/steady/", { method: "POST", body: "once only" }));
    };
    const clients = [client(), client()];
    // The one with the request waits for that to end, and the other is not replaced before.
    const replaced = async () => (await server.metrics()).sum("islet_pools_recycled_total", { reason: "age" });
    await until(async () => (await replaced()) > 0);
    held[0]?.end();
    expect(await inFlight).toMatchObject({ status: 200, text: "waited" });
    await until(async () => (await replaced()) >= 3);
    over = true;
    await Promise.all(clients);
    expect(answers.filter(({ status, text }) => status !== 200 || text !== "here")).toEqual([]);
    expect(server.logs.where({ level: 50 })).toEqual([]);
    expect([...server.pids().keys()]).not.toContain("pool-1");
  });

  test("a front process that is killed is replaced, and the others serve meanwhile", async () => {
    server = await TestServer.start({ ...reachOrigins, FRONTS: 2, POOLS: 2 });
    await server.deploy("steady", saying("here"));
    kill("front-1", "SIGKILL");
    await server.logs.find({ child: "front-1", reason: "crashed" });
    const agent = new Agent({ connections: 1, pipelining: 0 });
    for (let i = 0; i < 10; i++) {
      expect(await server.send("/fn/steady/", { agent, headers: { connection: "close" } })).toMatchObject({
        text: "here",
      });
    }
    await until(async () => (await server.metrics()).sum("islet_children_ready", { kind: "front" }) === 2);
    expect([...server.pids().keys()].filter((name) => name.startsWith("front")).sort()).toEqual(["front-2", "front-3"]);
    // The newcomer knows what was deployed before and after its birth.
    await server.deploy("steady", saying("there"));
    for (let i = 0; i < 10; i++) {
      expect(await server.send("/fn/steady/", { agent, headers: { connection: "close" } })).toMatchObject({
        text: "there",
      });
    }
    await agent.close();
  });

  test("SIGTERM: what is in flight ends, what is new gets 503, the exit code is 0", async () => {
    server = await TestServer.start({ ...reachOrigins, POOLS: 2 });
    await server.deploy("waiting", waiting());
    const inFlight = server.send("/fn/waiting/", { method: "POST", body: "x" });
    await heldRequests(1);
    server.signal("SIGTERM");
    // The front hears of it a moment later than the supervisor: until then it serves.
    let refused: Answer;
    do refused = await server.send("/fn/nobody/");
    while (refused.status === 404);
    expect(refused).toMatchObject({ status: 503, code: "draining" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    held[0]?.end();
    expect(await inFlight).toMatchObject({ status: 200, text: "waited" });
    expect(await server.gone).toBe(0);
    expect(server.runDirectories()).toEqual([]);
    await server.logs.find({ msg: "stopped" });
  });

  test("SIGTERM waits for a body that is on its way", async () => {
    server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
    await server.deploy("echo", "export default { fetch: async (request) => new Response(await request.text()) };");
    const request = httpRequest(server.to("echo"), {
      method: "POST",
      headers: { "content-length": "10", expect: "100-continue", connection: "close" },
    });
    const answered = once(request, "response");
    request.flushHeaders();
    await once(request, "continue");
    server.signal("SIGTERM");
    await until(async () => (await server.send("/fn/nobody/")).status !== 404);
    request.end("0123456789");
    const [response] = (await answered) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, "0123456789"]);
    expect(await server.gone).toBe(0);
  });

  test("what was deployed is there at the next start, held to what is permitted by then, and what is held against it", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "islet-e2e-kept-"));
    const before = await TestServer.start({ DATA_DIR: dataDir, QUARANTINE_AFTER: 1 });
    await before.deploy("kept", saying("kept"), { routes: ["kept.example.com/*"] });
    const threeTimers = "for (let i = 0; i < 3; i++) setTimeout(() => {}, 1); return new Response('set');";
    await before.deploy("timers", `export default { fetch() { ${threeTimers} } };`);
    expect((await before.send("/fn/timers/")).text).toBe("set");
    await before.deploy("bad", looper.source, { limits: { cpuMs: 50 } });
    expect((await before.send("/fn/bad/")).code).toBe("function_cpu_limit");
    await before.logs.find({ function: "bad", msg: /is quarantined/ });
    before.signal("SIGTERM");
    expect(await before.gone).toBe(0);
    await before.stop();
    server = await TestServer.start({ DATA_DIR: dataDir, LIMITS_MAX_TIMERS: 2 });
    expect((await server.send("/", { host: "kept.example.com" })).text).toBe("kept");
    expect((await server.send("/fn/timers/")).code).toBe("function_error");
    await server.logs.find({ function: "timers", msg: /the limit of 2 timers/ });
    expect((await server.control("GET", "/v1/functions/bad")).json()).toMatchObject({
      trust: { state: "quarantined", group: "tenant:bad", reasons: ["cpu"] },
    });
    await rm(dataDir, { recursive: true });
  });
});
