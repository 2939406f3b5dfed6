import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";
import { until } from "./until.ts";

let server: TestServer;

/** Tells isolates apart by what they made when they were loaded. */
const source = `const isolate = crypto.randomUUID();
  export default { fetch: () => new Response(isolate) };`;

describe("first requests", () => {
  beforeAll(async () => {
    // Loaded ahead they would meet an isolate.
    server = await TestServer.start({ ...reachOrigins, PREWARM: "off", FRONTS: 2, POOLS: 2 });
  });
  afterAll(() => server.stop());

  test("50 first requests at once make one isolate", async () => {
    await server.deploy("herd", source);
    const starts = async () => (await server.metrics()).sum("islet_isolate_start_seconds_count");
    const before = await starts();
    const asked = Array.from({ length: 50 }, () => server.send("/fn/herd/", { headers: { connection: "close" } }));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await starts()) - before).toBe(1);
  });

  test("the same while the modules await something", async () => {
    await server.deploy("slow", `await new Promise((resolve) => setTimeout(resolve, 50));\n${source}`);
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.send("/fn/slow/")));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});

describe("many requests", () => {
  afterEach(() => server.stop());

  test("a function that keeps its process busy is given an isolate in another one, and no request fails", async () => {
    server = await TestServer.start({ POOLS: 2 });
    // It counts by itself, since clocks stand still meanwhile.
    await server.deploy(
      "hot",
      `const isolate = crypto.randomUUID();
      export default { fetch() {
        let sum = 0;
        for (let i = 0; i < 300_000; i++) sum += Math.sqrt(i);
        return new Response(isolate, { headers: { sum } });
      } };`,
    );
    const isolates = new Set<string>();
    const statuses = new Set<number>();
    await until(async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => server.send("/fn/hot/")));
      for (const { status, text } of answers) {
        statuses.add(status);
        isolates.add(text);
      }
      const metrics = await server.metrics();
      const spread = ["new_spread", "new_cheaper"].some((kind) => metrics.sum("islet_placements_total", { kind }) > 0);
      return spread && isolates.size > 1;
    });
    expect([...statuses]).toEqual([200]);
  });

  test("more functions than fit: all answer, idle isolates go, busy ones stay", async () => {
    server = await TestServer.start({ ...reachOrigins, POOLS: 1, WARM_MEMORY_MB: 16 });
    const gate = heldPath();
    const origin = await Origin.start({ "/held": gate.handler });
    await server.deploy(
      "busy",
      `const isolate = crypto.randomUUID();
      export default { async fetch(request) {
        if (request.method === "POST") await fetch("${origin.url}/held");
        return new Response(isolate);
      } };`,
    );
    const before = (await server.send("/fn/busy/")).text;
    const busy = server.send("/fn/busy/", { method: "POST" });
    const response = await gate.asked;

    const names = Array.from({ length: 12 }, (_, i) => `f${i}`);
    // Each with two MB of its own, so that a handful fits.
    for (const name of names)
      await server.deploy(name, `globalThis.ballast = new Array(250_000).fill("${name}"); ${source}`);
    for (let round = 0; round < 2; round++) {
      for (const name of names) expect((await server.send(`/fn/${name}/`)).status).toBe(200);
    }
    const metrics = await server.metrics();
    expect(metrics.sum("islet_isolate_deaths_total", { reason: "evicted" })).toBeGreaterThan(6);
    expect(metrics.sum("islet_warm_isolates")).toBeLessThan(12);

    response.end();
    const { status, text } = await busy;
    // Still the one from before all the others came.
    expect([status, text]).toEqual([200, before]);
    await origin.stop();
  });
});
