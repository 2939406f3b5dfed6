import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { crasher, saying } from "./culprits.ts";
import { TestServer } from "./server.ts";

let server: TestServer;

const pools = () => [...server.pids().keys()].filter((name) => name.startsWith("pool"));

/** Says which process it is in, by what is left in the isolates' process: the count of isolates there. */
async function poolsWithIsolates(): Promise<string[]> {
  const samples = (await server.metrics()).samples("islet_warm_isolates");
  return samples.filter(({ value }) => value > 0).map(({ labels }) => String(labels.pool));
}

describe("strict", () => {
  beforeAll(async () => {
    server = await TestServer.start({ ISOLATION: "strict", QUEUE_MS: 30_000, DEDICATED_POOLS: 2 });
  });
  afterAll(() => server.stop());

  test("each tenant has a pool process of its own, and functions of one share it", async () => {
    expect(pools()).toHaveLength(1);
    await server.deploy("a", saying("a"), { tenant: "one" });
    await server.deploy("b", saying("b"), { tenant: "one" });
    await server.deploy("c", saying("c"), { tenant: "two" });
    for (const name of ["a", "b", "c"]) expect((await server.send(`/fn/${name}/`)).text).toBe(name);
    expect(await poolsWithIsolates()).toHaveLength(2);
  });

  test("more tenants than may have a process take turns", async () => {
    for (const name of ["x", "y", "z"]) await server.deploy(name, saying(name));
    for (const name of ["x", "y", "z", "x"]) expect((await server.send(`/fn/${name}/`)).text).toBe(name);
    expect((await poolsWithIsolates()).length).toBeLessThanOrEqual(2);
  });
});

describe("strict, with a server of its own", () => {
  afterEach(() => server.stop());

  test("one tenant's crash meets no other, and kills fail no GET", async () => {
    server = await TestServer.start({ ISOLATION: "strict", QUEUE_MS: 30_000 });
    await server.deploy("good", saying("good"));
    await server.deploy("bad", crasher.source, crasher.manifest);
    expect((await server.send("/fn/good/")).text).toBe("good");
    const [home] = await poolsWithIsolates();
    expect(await server.send("/fn/bad/")).toMatchObject({ status: 502, code: "function_crashed" });
    expect(await poolsWithIsolates()).toEqual([home]);
    for (let i = 0; i < 3; i++) {
      const [name = ""] = await poolsWithIsolates();
      process.kill(server.pids().get(name) ?? 0, "SIGKILL");
      expect((await server.send("/fn/good/")).text).toBe("good");
    }
  });

  test("a tenant without requests keeps no process", async () => {
    server = await TestServer.start({
      ISOLATION: "strict",
      QUEUE_MS: 30_000,
      DEDICATED_IDLE_MS: 1_000,
      LOG_LEVEL: "debug",
    });
    await server.deploy("a", saying("a"));
    expect((await server.send("/fn/a/")).text).toBe("a");
    const [home] = await poolsWithIsolates();
    await server.logs.find({ child: String(home), reason: "retired" });
    expect((await server.send("/fn/a/")).text).toBe("a");
  });
});
