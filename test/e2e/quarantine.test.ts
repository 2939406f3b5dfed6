import { getPriority } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crasher, looper, saying, type Trust } from "./culprits.ts";
import { TestServer } from "./server.ts";
import { until } from "./until.ts";

let server: TestServer;

const trustOf = async (name: string) =>
  ((await server.control("GET", `/v1/functions/${name}`)).json() as { trust: Trust }).trust;

describe("after three times", () => {
  beforeAll(async () => {
    server = await TestServer.start({ POOLS: 1, QUEUE_MS: 30_000, QUARANTINE_AFTER: 3 });
  });
  afterAll(() => server.stop());

  test("a version that hits its limits too often is quarantined, a new one starts clean", async () => {
    await server.deploy("good", saying("here"));
    await server.deploy("loops", looper.source, looper.manifest);
    for (let i = 0; i < 2; i++) expect(await server.send("/fn/loops/")).toMatchObject({ code: "function_cpu_limit" });
    await until(async () => (await trustOf("loops")).breaches === 2);
    expect(await trustOf("loops")).toMatchObject({ state: "trusted", group: "shared", reasons: ["cpu"] });
    await server.send("/fn/loops/");
    await until(async () => (await trustOf("loops")).state === "quarantined");
    expect(await trustOf("loops")).toMatchObject({
      group: "tenant:loops",
      since: expect.stringMatching(/Z$/),
      until: expect.stringMatching(/Z$/),
    });
    await server.logs.find({ function: "loops", tenant: "loops", reason: "cpu", msg: /is quarantined/ });

    // It runs still, somewhere else.
    const niceness = () =>
      [...server.pids()].flatMap(([name, pid]) => (name.startsWith("pool") ? [getPriority(pid)] : [])).sort();
    expect(niceness()).toEqual([0, 0]);
    expect(await server.send("/fn/loops/")).toMatchObject({ code: "function_cpu_limit" });
    // And behind the others.
    expect(niceness()).toEqual([0, 0, 10]);
    expect((await server.send("/fn/good/")).text).toBe("here");

    await server.deploy("loops", saying("mended"));
    expect(await trustOf("loops")).toMatchObject({ state: "trusted", group: "shared", breaches: 0 });
    expect((await server.send("/fn/loops/")).text).toBe("mended");
  });

  test("a tenant of which three versions were quarantined is not trusted with the next", async () => {
    for (let i = 0; i < 3; i++) {
      const { source, manifest } = looper;
      await server.deploy(`bad-${i}`, source, { ...manifest, tenant: "crooks", env: { I: String(i) } });
      for (let j = 0; j < 3; j++) await server.send(`/fn/bad-${i}/`);
      await until(async () => (await trustOf(`bad-${i}`)).state === "quarantined");
    }
    await server.deploy("fourth", saying("honest"), { tenant: "crooks" });
    expect(await trustOf("fourth")).toMatchObject({
      state: "quarantined",
      reasons: ["tenant"],
      group: "tenant:crooks",
    });
    expect((await server.send("/fn/fourth/")).text).toBe("honest");
    await server.deploy("other", saying("other"), { tenant: "honest" });
    expect(await trustOf("other")).toMatchObject({ state: "trusted" });
  });

  test("a new version of a function that is in back-off need not wait for that", async () => {
    await server.deploy("crashes", crasher.source, crasher.manifest);
    while ((await server.send("/fn/crashes/")).code === "function_crashed");
    await server.deploy("crashes", saying("mended"));
    expect((await server.send("/fn/crashes/")).text).toBe("mended");
  });
});

describe("for a short time", () => {
  beforeAll(async () => {
    server = await TestServer.start({ POOLS: 1, QUEUE_MS: 30_000, QUARANTINE_AFTER: 1, QUARANTINE_MS: 300 });
  });
  afterAll(() => server.stop());

  test("it is released after a time without offence, and longer in quarantine when it goes on", async () => {
    const source = `export default { fetch(request) { if (request.url.endsWith("loop")) for (;;); return new Response("ok"); } };`;
    await server.deploy("moody", source, looper.manifest);
    const length = async () => {
      const { since, until } = await trustOf("moody");
      return since === null || until === null ? 0 : Date.parse(until) - Date.parse(since);
    };
    await server.send("/fn/moody/loop");
    await until(async () => (await trustOf("moody")).state === "quarantined");
    expect(await length()).toBe(300);
    await server.logs.find({ function: "moody", msg: /released/ });
    expect(await trustOf("moody")).toMatchObject({ state: "trusted", group: "shared", reasons: ["cpu"] });
    expect((await server.send("/fn/moody/")).text).toBe("ok");
    await server.send("/fn/moody/loop");
    await until(async () => (await trustOf("moody")).state === "quarantined");
    expect(await length()).toBeGreaterThanOrEqual(300);
  });
});
