import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RawClient } from "../hostile/raw-client.ts";
import { crasher, saying, staller } from "./culprits.ts";
import { expectNodeInBrief } from "./node-in-brief.ts";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { type Answer, TestServer } from "./server.ts";
import { until, untilReady } from "./until.ts";

/*
 * isolation none: a front runs its functions itself, for a single tenant.
 */

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start({ ISOLATION: "none" });
});

const children = (kind: string) => [...server.pids().keys()].filter((name) => name.startsWith(kind));

describe("a front", () => {
  test("functions answer from the front's own process, and only the spare is beside it", async () => {
    expect(children("front")).toHaveLength(1);
    expect(children("pool")).toHaveLength(1);
    await server.deploy("a", saying("a"), { tenant: "one" });
    await server.deploy("b", saying("b"), { tenant: "two" });
    for (const name of ["a", "b"]) expect((await server.send(`/fn/${name}/`)).text).toBe(name);
    const loaded = (await server.metrics()).samples("islet_warm_isolates").filter(({ value }) => value > 0);
    expect(loaded).toEqual([{ labels: { pool: "front-1" }, value: 2 }]);
    expect((await server.control("GET", "/v1/functions/a")).json()).toMatchObject({ trust: { group: "shared" } });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${server.controlUrl}/readyz`)).json()).toMatchObject({
      summary: "1 of 1 fronts are up.",
    });
  });

  test("nothing is said to be confined", async () => {
    await server.logs.find({ process: "supervisor", msg: /run in the front processes, which nothing confines/ });
    const told = (await server.control("GET", "/v1/health/isolation")).json() as {
      isolation: string;
      measures: { name: string; inForce: boolean; why: string | null }[];
    };
    expect(told.isolation).toBe("none");
    expect(told.measures.filter(({ inForce }) => inForce).map(({ name }) => name)).toEqual(["memoryWatch"]);
    expect(told.measures.find(({ name }) => name === "network")?.why).toMatch(/isolation is none/);
  });

  test("uploads are checked in a process that serves nobody", async () => {
    const stalls = await server.upload("bad", `[].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); ${saying("bad")}`);
    expect(stalls).toMatchObject({ status: 400, code: "module_startup_limit" });
    expect(children("front")).toEqual(["front-1"]);
  });

  test("bodies, streams, subrequests and work after the answer", async () => {
    await server.deploy("echo", "export default { fetch: (request) => new Response(request.body) };");
    const long = Buffer.alloc(3_000_000, "0123456789");
    const echoed = await server.send("/fn/echo/", { method: "POST", body: long });
    expect(echoed.bytes.equals(long)).toBe(true);
    await server.deploy(
      "stream",
      `export default { fetch() { let n = 0; return new Response(new ReadableStream({ pull(c) {
        c.enqueue(new Uint8Array(10_000).fill(++n)); if (n === 20) c.close(); } })); } };`,
    );
    expect((await server.send("/fn/stream/")).bytes).toHaveLength(200_000);
    await server.deploy(
      "calls",
      `export default { async fetch(request, env, ctx) {
        ctx.waitUntil((async () => { await fetch("${server.to("echo")}"); console.log("afterwards"); })());
        return new Response("from echo: " + await (await fetch("${server.to("echo")}", { method: "POST", body: "hi" })).text());
      } };`,
    );
    expect((await server.send("/fn/calls/")).text).toBe("from echo: hi");
    await server.logs.find({ function: "calls", msg: "afterwards" });
  });

  test("Node's modules are there as in pool processes", async () => {
    await expectNodeInBrief(server, { tier: "isolate", limits: { cpuMs: 1_000 } });
  });

  test("a redeployment under load fails no request, and no answer is old afterwards", async () => {
    await server.deploy("said", saying("0"));
    const answers: Answer[] = [];
    let over = false;
    const client = async () => {
      while (!over) answers.push(await server.send("/fn/said/"));
    };
    const clients = [client(), client(), client()];
    for (let i = 1; i <= 5; i++) {
      await server.deploy("said", saying(String(i)));
      expect((await server.send("/fn/said/")).text).toBe(String(i));
    }
    over = true;
    await Promise.all(clients);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

describe("the end of a front", () => {
  beforeAll(async () => {
    await server.deploy("good", saying("good"));
  });
  beforeEach(() => untilReady(server));
  afterAll(() => server.stop());

  test.each([
    ["crashes", crasher, /^crashed$/],
    ["stalls", staller, /^stalled$/],
  ] as const)("a front that a function %s is back, and the function is named", async (name, culprit, reason) => {
    const [ended] = children("front");
    await server.deploy(name, culprit.source, culprit.manifest);
    await expect(server.send(`/fn/${name}/`)).rejects.toThrow();
    expect(await server.logs.find({ child: ended, reason })).toMatchObject({
      version: expect.stringMatching(`^${name}@`),
    });
    await untilReady(server);
    expect((await server.send("/fn/good/")).text).toBe("good");
    expect(children("front")).toHaveLength(1);
    expect(children("front")).not.toContain(ended);
    // Blamed, and not moved: there is nowhere to go.
    const metrics = await server.metrics();
    expect(metrics.sum("islet_pool_deaths_blamed_total", { function: name })).toBe(1);
    expect(metrics.sum("islet_quarantined_versions")).toBe(0);
    expect(server.logs.where({ msg: /is quarantined/ })).toEqual([]);
  });

  test("a front that asks to be replaced answers once more on the connections that there are", async () => {
    const [replaced] = children("front");
    await server.deploy("stuck", staller.source, { limits: { cpuMs: 150 } });
    const clients = await Promise.all(Array.from({ length: 4 }, () => RawClient.connect(server.url)));
    const untilClosed = async (client: RawClient) => {
      while (!/connection: close/i.test(client.received)) {
        client.received = "";
        client.send("GET /fn/good/ HTTP/1.1\r\nhost: localhost\r\n\r\n");
        await client.until(/good$/);
        // It may be closed only once that has been said.
        expect(client.statuses).toEqual([200]);
        await pause(20);
      }
    };
    const served = clients.map(untilClosed);
    expect(await server.send("/fn/stuck/")).toMatchObject({ code: "function_cpu_limit" });
    await Promise.all(served);
    await until(() => !children("front").includes(String(replaced)));
    expect((await server.send("/fn/good/")).text).toBe("good");
    for (const client of clients) client.end();
  });

  test("a front that is stopped in the middle of its work is nobody's fault", async () => {
    expect((await server.send("/fn/good/")).text).toBe("good");
    const stopped = children("front").at(-1) ?? "";
    process.kill(server.pids().get(stopped) ?? 0, "SIGSTOP");
    await server.logs.find({ child: stopped, reason: "stalled" });
    await untilReady(server);
    expect((await server.send("/fn/good/")).text).toBe("good");
  });
});

describe("with other settings", () => {
  afterEach(() => server.stop());

  test("a front that grows too large is ended and its function named", async () => {
    server = await TestServer.start({ ISOLATION: "none", POOL_MEMORY_MB: 400 });
    const memories =
      "globalThis.m ??= []; for (let i = 0; i < 8; i++) { const b = new WebAssembly.Memory({ initial: 1024 }); new Uint8Array(b.buffer).fill(1); m.push(b); }";
    await server.deploy(
      "hog",
      `export default { async fetch() { ${memories} await new Promise((r) => setTimeout(r, 10000)); } };`,
      { limits: { cpuMs: 5_000, memoryMb: 512 } },
    );
    await expect(server.send("/fn/hog/")).rejects.toThrow();
    expect(await server.logs.find({ child: "front-1", reason: "memory_limit" })).toMatchObject({
      version: expect.stringMatching(/^hog@/),
    });
  });

  test("two fronts that stop let what is in flight end, and the exit code is 0", async () => {
    const held = heldPath();
    const origin = await Origin.start({ "/": held.handler });
    server = await TestServer.start({ ...reachOrigins, ISOLATION: "none", FRONTS: 2 });
    await server.deploy("waiting", `export default { fetch: () => fetch("${origin.url}/") };`);
    const inFlight = server.send("/fn/waiting/");
    const response = await held.asked;
    server.signal("SIGTERM");
    await server.logs.find({ msg: "draining" });
    response.end("done");
    expect((await inFlight).text).toBe("done");
    expect(await server.gone).toBe(0);
    expect(server.logs.where({ level: 50, child: /^front/ })).toEqual([]);
    await origin.stop();
  });
});
