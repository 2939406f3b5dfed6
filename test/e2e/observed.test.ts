import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ POOLS: 1, PREWARM: "off" });
});
afterAll(() => server.stop());

test("each request has one line", async () => {
  const source = "export default { fetch: () => new Response('teapot', { status: 418 }) };";
  const version = await server.deploy("lined", source, { routes: ["lined.example.com/*"] });
  await server.send("/fn/lined/a?b=c", { method: "POST", body: "x" });
  await server.send("/a?b=d", { host: "lined.example.com" });
  const cold = await server.logs.find({ function: "lined", method: "POST" });
  expect(cold).toMatchObject({
    ...{ level: 30, process: "front-1", msg: "request", version, status: 418, start: "cold", tier: "isolate" },
    ...{ time: expect.any(Number), cpuMs: expect.any(Number), wallMs: expect.any(Number) },
    ...{ requestId: expect.stringMatching(/^\S{8,}$/), url: expect.stringMatching(/\/a\?b=c$/) },
  });
  const warm = await server.logs.find({ function: "lined", method: "GET" });
  expect(warm).toMatchObject({ start: "warm", url: "http://lined.example.com/a?b=d" });
  expect(warm.requestId).not.toBe(cold.requestId);
  expect(server.logs.where({ function: "lined", msg: "request" })).toHaveLength(2);
});

test("refused requests have a line with the code", async () => {
  const answer = await server.send("/nowhere");
  const { requestId } = (answer.json() as { error: { requestId: string } }).error;
  expect(await server.logs.find({ requestId })).toMatchObject({ status: 404, code: "no_route", method: "GET" });
});

test("what a function writes is tied to its request", async () => {
  await server.deploy(
    "talking",
    `console.info("at the top");
    export default {
      async fetch(request, env, ctx) {
        const name = new URL(request.url).pathname;
        console.log(name, "begins", { a: [1, "two"] });
        await new Promise((resolve) => setTimeout(resolve, 1));
        console.warn(name, "goes on"); console.error(new TypeError("wrong")); console.debug("quiet");
        ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 1)).then(() => console.log(name, "afterwards\\nin two lines")));
        return new Response();
      },
    };`,
  );
  await Promise.all(["/one", "/two"].map((path) => server.send(`/fn/talking${path}`)));
  for (const name of ["/one", "/two"]) {
    const { requestId } = await server.logs.find({ function: "talking", msg: "request", url: new RegExp(`${name}$`) });
    const own = { requestId, source: "function", function: "talking" };
    await server.logs.find({ ...own, msg: `${name} afterwards\nin two lines` });
    const lines = server.logs.where(own).map(({ level, msg }) => [level, msg]);
    expect(lines).toEqual([
      [30, `${name} begins { a: [ 1, 'two' ] }`],
      [40, `${name} goes on`],
      [50, expect.stringMatching(/^TypeError: wrong\n {4}at .*index\.js:7/)],
      [30, `${name} afterwards\nin two lines`],
    ]);
  }
  await server.logs.find({ source: "function", msg: "at the top" });
});

test("a flood of lines is bounded and harms nobody", async () => {
  await server.deploy(
    "flood",
    "export default { fetch() { for (let i = 0; i < 200; i++) console.log('x'.repeat(1000)); return new Response('ok'); } };",
  );
  expect((await server.send("/fn/flood/")).text).toBe("ok");
  await server.logs.find({ function: "flood", msg: "request" });
});

test("when nobody reads what is logged, requests and deploys go on, and what is lost is counted", async () => {
  const chatty = (bytes: number) =>
    `export default { fetch() { for (let i = 0; i < 200; i++) console.log("y".repeat(${bytes})); return new Response("ok"); } };`;
  const limits = { logBytes: 1_000_000 };
  server.logs.pause();
  await server.deploy("chatty", chatty(2_000), { limits });
  // Far more than pipes and buffers hold.
  for (let i = 0; i < 20; i++) expect((await server.send("/fn/chatty/")).text).toBe("ok");
  await server.deploy("chatty", chatty(1), { limits });
  expect((await server.send("/fn/chatty/")).text).toBe("ok");
  const lost = (await server.metrics()).sum("islet_log_lines_lost_total");
  expect(lost).toBeGreaterThan(0);
  server.logs.resume();
  expect(await server.logs.find({ process: "front-1", msg: /^log lines were lost/ })).toMatchObject({ level: 40 });
  // The same processes serve, and their lines come again.
  const answer = await server.send("/nowhere");
  await server.logs.find({ requestId: (answer.json() as { error: { requestId: string } }).error.requestId });
  expect(server.logs.where({ reason: "stalled" })).toEqual([]);
});

test("/metrics has requests, starts and processes", async () => {
  await server.deploy(
    "counted",
    "export default { fetch: (r) => new Response('', { status: r.url.endsWith('x') ? 500 : 200 }) };",
  );
  for (const path of ["/", "/", "/x"]) await server.send(`/fn/counted${path}`);
  const page = await server.control("GET", "/metrics");
  expect(page.headers["content-type"]).toMatch(/^text\/plain/);
  const metrics = await server.metrics();
  expect(metrics.sum("islet_requests_total", { function: "counted", status: "200" })).toBe(2);
  expect(metrics.sum("islet_requests_total", { function: "counted", status: "500" })).toBe(1);
  expect(metrics.sum("islet_isolate_start_seconds_count")).toBeGreaterThanOrEqual(1);
  expect(metrics.sum("islet_isolate_start_seconds_bucket", { le: "+Inf" })).toBe(
    metrics.sum("islet_isolate_start_seconds_count"),
  );
  expect(metrics.sum("islet_request_seconds_count", { start: "cold" })).toBeGreaterThanOrEqual(1);
  expect(metrics.sum("islet_warm_isolates")).toBeGreaterThanOrEqual(1);
  expect(metrics.sum("islet_children_ready", { kind: "pool" })).toBe(1);
  for (const name of ["islet_front_rss_bytes", "islet_pool_rss_bytes", "islet_warm_isolate_bytes"]) {
    expect(metrics.sum(name)).toBeGreaterThan(1_000_000);
  }
});

test("/readyz and /healthz of the control API", async () => {
  const ready = await server.control("GET", "/readyz");
  expect(ready).toMatchObject({ status: 200 });
  expect(ready.json()).toMatchObject({ summary: "1 of 1 fronts and 1 of 1 pools are up." });
  expect((await server.control("GET", "/healthz")).status).toBe(200);
});
