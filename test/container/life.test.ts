import { rm } from "node:fs/promises";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Engine } from "../../src/container/engine.ts";
import { TestServer } from "../e2e/server.ts";
import { inspectAll, isPaused } from "./inspection.ts";
import { engineForTests } from "./test-engine.ts";

/** Several servers start and stop in one test. */
vi.setConfig({ testTimeout: 60_000 });

const dockerHost = await engineForTests();
const container = { tier: "container" };
const hello = (text: string) => `export default { fetch: () => new Response(${JSON.stringify(text)}) };`;

describe.skipIf(dockerHost === null)("the life of containers", () => {
  const host = String(dockerHost);
  let server: TestServer;
  let engine: Engine;
  const containersOf = (name: string) => inspectAll(host, `islet.function=${name}`);

  beforeAll(async () => {
    engine = new Engine(host);
    // On a machine under load a cold start takes longer than requests wait by default.
    const waits = { QUEUE_MS: 30_000, CONTAINER_PAUSE_MS: 300, CONTAINER_IDLE_MS: 2_000 };
    server = await TestServer.start({ POOLS: 1, DOCKER_HOST: host, ...waits });
  });
  afterAll(async () => {
    await server?.stop();
    await engine?.close();
  });

  test("an idle one is paused, answers again, and is removed when it stays idle", async () => {
    await server.deploy("idle", hello("awake"), container);
    expect((await server.send("/fn/idle/")).text).toBe("awake");
    const paused = async () => (await containersOf("idle")).map(isPaused);
    await expect.poll(paused, { timeout: 5_000, interval: 50 }).toEqual([true]);
    const [before] = await containersOf("idle");
    expect((await server.send("/fn/idle/")).text).toBe("awake");
    // The same one as before: it was not started anew.
    expect((await containersOf("idle"))[0]?.State.Pid).toBe(before?.State.Pid);
    await expect.poll(() => containersOf("idle"), { timeout: 10_000 }).toEqual([]);
  });

  test("a burst of 200 requests from nothing is answered whole, by as many containers as it takes", async () => {
    const source = `export default { async fetch() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response(process.pid + " " + (await import("node:os")).hostname());
    } };`;
    await server.deploy("burst", source, container);
    const agent = new Agent({ connections: 200, headersTimeout: 0 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => server.send("/fn/burst/", { agent })));
    await agent.close();
    expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
    expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  test("one that is killed under load costs nobody an answer who may ask again", async () => {
    const source = `export default { async fetch() {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return new Response("answered");
    } };`;
    await server.deploy("killed", source, container);
    await server.send("/fn/killed/");
    const load = Array.from({ length: 5 }, async () => {
      const seen: number[] = [];
      for (let i = 0; i < 20; i++) seen.push((await server.send("/fn/killed/")).status);
      return seen;
    });
    await server.send("/fn/killed/");
    for (const { State } of await containersOf("killed")) process.kill(State.Pid, "SIGKILL");
    expect(new Set((await Promise.all(load)).flat())).toEqual(new Set([200]));
    expect(await server.logs.find({ function: "killed", msg: "a container has ended" })).toBeDefined();
  });

  test("what a killed server leaves is removed by the next on its data", async () => {
    const first = await TestServer.start({ POOLS: 1, DOCKER_HOST: host, CONTAINER_PAUSE_MS: 100 });
    await first.deploy("orphan", hello("left"), container);
    await first.send("/fn/orphan/");
    expect(await containersOf("orphan")).toHaveLength(1);
    // Nothing that is frozen can be killed: it is to be thawed first.
    await expect.poll(async () => (await containersOf("orphan")).map(isPaused), { timeout: 5_000 }).toEqual([true]);
    first.signal("SIGKILL");
    await first.gone;
    const second = await TestServer.start({ POOLS: 1, DOCKER_HOST: host, DATA_DIR: first.dataDir });
    try {
      await second.logs.find({ msg: /an earlier run had left/ });
      expect(await containersOf("orphan")).toEqual([]);
      expect((await second.send("/fn/orphan/")).text).toBe("left");
    } finally {
      await second.stop();
      await rm(first.dataDir, { recursive: true, force: true });
    }
    expect(await containersOf("orphan")).toEqual([]);
  });
});

test("without an engine all else runs, and functions that need one are refused with what to do", async () => {
  const server = await TestServer.start({ POOLS: 1, DOCKER_HOST: "unix:///nowhere/docker.sock" });
  try {
    await server.deploy("isolate", hello("here"));
    expect((await server.send("/fn/isolate/")).text).toBe("here");
    const refused = await server.upload("boxed", hello("there"), container);
    expect(refused).toMatchObject({ status: 503, code: "containers_unavailable" });
    expect(refused.text).toMatch(/apt-get install docker.io/);
    expect(await server.send("/fn/boxed/")).toMatchObject({ status: 404 });
    // Asked for by a language, not by the tier.
    const python = { "f.py": { type: "text/plain", content: "def f(): return 1" } };
    expect(await server.upload("snake", python, { handler: "f.f" })).toMatchObject({ code: "containers_unavailable" });
  } finally {
    await server.stop();
  }
});
