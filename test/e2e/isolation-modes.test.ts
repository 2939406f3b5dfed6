import { afterEach, describe, expect, test } from "vitest";
import { crasher, saying } from "./culprits.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
afterEach(() => server.stop());

const pools = () => [...server.pids().keys()].filter((name) => name.startsWith("pool"));

/** Says which process it is in, by what is left in the isolates' process: the count of isolates there. */
async function poolsWithIsolates(): Promise<string[]> {
  const samples = (await server.metrics()).samples("islet_warm_isolates");
  return samples.filter(({ value }) => value > 0).map(({ labels }) => String(labels.pool));
}

describe("strict", () => {
  test("each tenant has a pool process of its own, and functions of one share it", async () => {
    server = await TestServer.start({ ISOLATION: "strict", QUEUE_MS: 30_000 });
    expect(pools()).toHaveLength(1);
    await server.deploy("a", saying("a"), { tenant: "one" });
    await server.deploy("b", saying("b"), { tenant: "one" });
    await server.deploy("c", saying("c"), { tenant: "two" });
    for (const name of ["a", "b", "c"]) expect((await server.send(`/fn/${name}/`)).text).toBe(name);
    expect(await poolsWithIsolates()).toHaveLength(2);
  });

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

  test("more tenants than may have a process take turns", async () => {
    server = await TestServer.start({ ISOLATION: "strict", QUEUE_MS: 30_000, DEDICATED_POOLS: 2 });
    for (const name of ["a", "b", "c"]) await server.deploy(name, saying(name));
    for (const name of ["a", "b", "c", "a"]) expect((await server.send(`/fn/${name}/`)).text).toBe(name);
    expect((await poolsWithIsolates()).length).toBeLessThanOrEqual(2);
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
