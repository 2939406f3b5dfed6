import type { ServerResponse } from "node:http";
import { request as httpRequest } from "node:http";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Origin } from "./origin.ts";
import { type Answer, TestServer } from "./server.ts";
import { until } from "./until.ts";

/** Answers of the origin that wait until the test lets them go. */
const held: ServerResponse[] = [];
let origin: Origin;

beforeAll(async () => {
  origin = await Origin.start({ "/held": (_, response) => void held.push(response) });
});
afterAll(() => origin.stop());

const waits = `export default { async fetch(request, { origin }) {
  if (new URL(request.url).pathname === "/at-once") return new Response("at once");
  return fetch(origin + "/held");
} };`;
const computes = `export default { fetch() {
  let sum = 0;
  for (let i = 0; i < 400_000; i++) sum += Math.sqrt(i);
  return new Response("computed", { headers: { sum } });
} };`;

function settings(more: Record<string, string | number>) {
  return { EGRESS_ALLOW: `127.0.0.1:${new URL(origin.url).port}`, POOLS: 1, ...more };
}

async function untilHeld(count: number): Promise<void> {
  await until(() => held.length >= count);
}

function letGo(count: number): void {
  for (const response of held.splice(0, count)) response.end("held");
}

function expectRefused(answer: Answer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, code });
  expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(1);
}

describe("one front", () => {
  let server: TestServer;
  const deploy = (name: string, source: string, limits: object, more: object = {}) =>
    server.deploy(name, source, { env: { origin: origin.url }, limits, ...more });
  const refused = async (reason: string) => (await server.metrics()).sum("islet_requests_refused_total", { reason });

  beforeAll(async () => {
    server = await TestServer.start(
      settings({ TENANT_REQUESTS_IN_FLIGHT: 3, LIMITS_MAX_REQUEST_BURST: 50, QUEUE_LENGTH: 40 }),
    );
  });
  afterAll(() => server.stop());

  test("a function has no more requests at a time than its limit, however those before came to their end", async () => {
    await deploy("two", waits, { requestsInFlight: 2 });
    const first = server.send("/fn/two/");
    const gone = httpRequest(server.to("two"));
    gone.on("error", () => undefined);
    gone.end();
    await untilHeld(2);
    expectRefused(await server.send("/fn/two/at-once"), 429, "too_many_requests");
    expect(await refused("function_in_flight")).toBe(1);
    // A client that leaves makes room, as does an answer.
    gone.destroy();
    await until(async () => (await server.send("/fn/two/at-once")).status === 200);
    letGo(2);
    expect((await first).text).toBe("held");
    expect(await Promise.all([1, 2].map(() => server.send("/fn/two/at-once")))).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
  });

  test("an answer that streams counts until it is over", async () => {
    await deploy(
      "streams",
      `export default { async fetch(request, { origin }) {
        const { readable, writable } = new TransformStream();
        fetch(origin + "/held").then(async (it) => { const to = writable.getWriter(); await to.write(new Uint8Array(await it.arrayBuffer())); await to.close(); });
        return new Response(readable);
      } };`,
      { requestsInFlight: 1 },
    );
    const first = server.send("/fn/streams/");
    await untilHeld(1);
    expectRefused(await server.send("/fn/streams/"), 429, "too_many_requests");
    letGo(1);
    expect((await first).text).toBe("held");
  });

  test("a function has no more requests a second than its limit, after a burst", async () => {
    await deploy("seldom", `export default { fetch: () => new Response("yes") };`, {
      requestsPerSecond: 1,
      requestBurst: 3,
    });
    const answers = await Promise.all(Array.from({ length: 30 }, () => server.send("/fn/seldom/")));
    const taken = answers.filter(({ status }) => status === 200).length;
    expect(taken).toBeGreaterThanOrEqual(3);
    expect(taken).toBeLessThan(30);
    for (const answer of answers) if (answer.status !== 200) expectRefused(answer, 429, "rate_limited");
    expect(await refused("function_rate")).toBe(30 - taken);
  });

  test("all functions of a tenant share its limit, and other tenants have their own", async () => {
    for (const name of ["one", "other"]) await deploy(name, waits, {}, { tenant: "both" });
    const waiting = ["one", "one", "other"].map((name) => server.send(`/fn/${name}/`));
    await untilHeld(3);
    for (const name of ["one", "other"])
      expectRefused(await server.send(`/fn/${name}/at-once`), 429, "too_many_requests");
    expect(await refused("tenant_in_flight")).toBe(2);
    expect((await server.send("/fn/two/at-once")).status).toBe(200);
    letGo(3);
    await Promise.all(waiting);
    expect((await server.send("/fn/other/at-once")).status).toBe(200);
  });

  test("a tenant for which something else is laid down has that at once, and what all have afterwards", async () => {
    for (const name of ["mine", "mine-too"]) await deploy(name, waits, {}, { tenant: "special" });
    const lay = (limits: object) =>
      server.control("PUT", "/v1/tenants/special", {
        body: JSON.stringify({ limits }),
        headers: { "content-type": "application/json" },
      });
    expect((await lay({ requestsInFlight: 1 })).status).toBe(200);
    const waiting = [server.send("/fn/mine/")];
    await untilHeld(1);
    expectRefused(await server.send("/fn/mine-too/at-once"), 429, "too_many_requests");
    expect((await lay({ requestsInFlight: 5 })).status).toBe(200);
    for (let i = 0; i < 3; i++) waiting.push(server.send("/fn/mine-too/"));
    await untilHeld(4);
    expect((await server.control("DELETE", "/v1/tenants/special")).status).toBe(204);
    expectRefused(await server.send("/fn/mine/at-once"), 429, "too_many_requests");
    letGo(4);
    await Promise.all(waiting);
    expect((await server.send("/fn/mine/at-once")).status).toBe(200);
  });

  test("what is refused by the limit of another function is told to the one that called", async () => {
    await deploy(
      "caller",
      `export default { async fetch(request) {
        const { status, headers } = await fetch(new URL("/fn/two/at-once", request.url));
        return Response.json([status, headers.get("retry-after")]);
      } };`,
      {},
    );
    const waiting = [1, 2].map(() => server.send("/fn/two/"));
    await untilHeld(2);
    expect((await server.send("/fn/caller/")).json()).toEqual([429, "1"]);
    letGo(2);
    await Promise.all(waiting);
  });

  test("a manifest asks for no more than the operator permits", async () => {
    const answer = await server.upload("greedy", waits, { limits: { requestsPerSecond: 100, requestBurst: 51 } });
    expect(answer).toMatchObject({ status: 400, code: "limit_too_high" });
    await deploy("as-permitted", waits, { requestsPerSecond: 100 });
    const { limits } = (await server.control("GET", "/v1/functions/as-permitted")).json() as { limits: object };
    expect(limits).toMatchObject({ requestsInFlight: 1_000_000, requestsPerSecond: 100, requestBurst: 50 });
  });
});

describe("more than it can do", () => {
  let server: TestServer;
  const flooding = new Agent({ connections: 150 });

  beforeAll(async () => {
    server = await TestServer.start(settings({ QUEUE_LENGTH: 60, POOL_CONCURRENCY: 4 }));
    await server.deploy("flood", computes, { limits: { cpuMs: 100 } });
    await server.deploy("trickle", computes, { limits: { cpuMs: 100 } });
  });
  afterAll(async () => {
    await flooding.destroy();
    await server.stop();
  });

  test("is refused at once, and does not keep another tenant's request waiting", async () => {
    await server.send("/fn/trickle/");
    let answered = 0;
    const flood = Array.from({ length: 150 }, async () => {
      const answer = await server.send("/fn/flood/", { agent: flooding });
      answered++;
      return answer;
    });
    await until(() => answered > 0);
    const waiting = 150 - answered;
    expect(await server.send("/fn/trickle/")).toMatchObject({ status: 200 });
    const before = 150 - answered;
    const answers = await Promise.all(flood);
    const taken = answers.filter(({ status }) => status === 200).length;
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectRefused(answer, 503, "overloaded");
    // Half of the queue's length, and those that run.
    expect(taken).toBeGreaterThanOrEqual(30);
    expect((await server.metrics()).sum("islet_requests_refused_total")).toBe(refused.length);
    // It did not go to the end of the line.
    if (waiting > 20) expect(before).toBeGreaterThan(0);
  });

  test("a client that does not want to wait is told so", async () => {
    // As many as the queue has room for, again and again: what is refused then would have to wait, and is not one too many.
    let over = false;
    const flood = Array.from({ length: 25 }, async () => {
      while (!over) await server.send("/fn/flood/", { agent: flooding });
    });
    const impatient = await Promise.all(
      Array.from({ length: 20 }, () => server.send("/fn/flood/", { headers: { prefer: "respond-async, wait=0" } })),
    );
    const refused = impatient.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectRefused(answer, 503, "overloaded");
    over = true;
    await Promise.all(flood);
    expect((await server.metrics()).sum("islet_requests_refused_total", { reason: "deadline" })).toBeGreaterThan(0);
  });
});

test("two fronts do not let through as much as each for itself", async () => {
  const server = await TestServer.start(settings({ FRONTS: 2 }));
  const agent = new Agent({ connections: 60, pipelining: 1 });
  try {
    await server.deploy("six", waits, { env: { origin: origin.url }, limits: { requestsInFlight: 6 } });
    await server.deploy("ten", `export default { fetch: () => new Response("yes") };`, {
      limits: { requestsPerSecond: 1, requestBurst: 10 },
    });
    const startedAt = performance.now();
    const send = (path: string) => server.send(`/fn/${path}`, { agent, headers: { connection: "close" } });
    const [six, ten] = [[], []] as [Promise<Answer>[], Promise<Answer>[]];
    let refused = 0;
    for (let i = 0; i < 40; i++) {
      const asked = send("six/");
      six.push(asked);
      void asked.then(({ status }) => {
        if (status === 429) refused++;
      });
    }
    await until(() => held.length + refused === 40);
    expect(held.length).toBeGreaterThanOrEqual(4);
    expect(held.length).toBeLessThan(12);
    // By now each knows of the other's.
    await until(async () => (await send("six/at-once")).status === 429);
    letGo(held.length);
    await Promise.all(six);
    await until(async () => (await send("six/at-once")).status === 200);
    for (let i = 0; i < 40; i++) ten.push(send("ten/"));
    const taken = (await Promise.all(ten)).filter(({ status }) => status === 200).length;
    const elapsedS = (performance.now() - startedAt) / 1_000;
    expect(taken).toBeGreaterThanOrEqual(8);
    expect(taken).toBeLessThan(20 + elapsedS);
  } finally {
    await agent.destroy();
    await server.stop();
  }
});
