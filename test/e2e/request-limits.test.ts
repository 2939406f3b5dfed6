import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldPath, Origin } from "./origin.ts";
import { type Answer, TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
const asked = heldPath();
/** Answers of the origin that are held back until there are six. */
const waiting: ServerResponse[] = [];
let atOnce = 0;
let most = 0;

beforeAll(async () => {
  origin = await Origin.start({
    "/fine": (_, response) => void response.end("fine"),
    "/asked": asked.handler,
    "/six": (_, response) => {
      most = Math.max(most, ++atOnce);
      waiting.push(response);
      if (waiting.length < 6) return;
      for (const held of waiting.splice(0)) {
        atOnce--;
        held.end("six");
      }
    },
  });
  server = await TestServer.start({ POOLS: 1, EGRESS_ALLOW: `127.0.0.1:${new URL(origin.url).port}` });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

async function ask(name: string, limits: object, body: string): Promise<Answer> {
  const source = `export default { async fetch(request, { origin }, ctx) { ${body} } };`;
  await server.deploy(name, source, { env: { origin: origin.url }, limits: { cpuMs: 1_000, ...limits } });
  return server.send(`/fn/${name}/`);
}

/** One line names the function and the limit, and it is counted. */
async function expectHit(name: string, limit: string): Promise<void> {
  const { requestId } = await server.logs.find({ function: name, msg: new RegExp(`\\(limits\\.${limit}\\)`) });
  expect(
    server.logs.where({ requestId, source: "function", msg: new RegExp(`\\(limits\\.${limit}\\) is reached$`) }),
  ).toHaveLength(1);
  expect((await server.metrics()).sum("islet_limit_hits_total", { limit })).toBeGreaterThanOrEqual(1);
}

test("subrequests past the limit are refused", async () => {
  const body = `const kinds = [];
    for (let i = 0; i < 5; i++) kinds.push(await fetch(origin + "/fine").then((it) => it.text(), (error) => error.message));
    return Response.json(kinds);`;
  const refused = "fetch failed: the limit of 3 subrequests (limits.subrequests) is reached";
  const answer = await ask("many-fetches", { subrequests: 3 }, body);
  expect(answer.json()).toEqual(["fine", "fine", "fine", refused, refused]);
  await expectHit("many-fetches", "subrequests");
});

test("subrequests past those at once wait their turn, bodies and all", async () => {
  const body = `return Response.json(await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      const body = i % 3 === 0 ? undefined : i % 3 === 1 ? "x".repeat(100_000) : new Response("piece").body;
      return (await fetch(origin + "/six", { method: "POST", body, duplex: "half" })).text();
    })));`;
  expect((await ask("side-by-side", {}, body)).json()).toEqual(Array(12).fill("six"));
  expect(most).toBe(6);
  await expectHit("side-by-side", "subrequestsInFlight");
});

test("one that is aborted before its turn is never sent", async () => {
  const body = `const aborted = AbortSignal.abort(), stop = new AbortController();
    const first = fetch(origin + "/asked");
    const second = fetch(origin + "/never", { signal: stop.signal }).catch((error) => error.name);
    const third = fetch(origin + "/fine").then((it) => it.text());
    stop.abort();
    return Response.json([await second, await (await first).text(), await third]);`;
  const answer = ask("given-up", { subrequestsInFlight: 1 }, body);
  (await asked.asked).end("asked");
  expect((await answer).json()).toEqual(["AbortError", "asked", "fine"]);
});

test("timers past the limit are refused", async () => {
  const body = `let made = 0;
    try { for (;;) { setTimeout(() => {}, 10_000); made++; } } catch (error) { return new Response(made + " " + error.name + " " + error.message); }`;
  expect((await ask("many-timers", { timers: 10 }, body)).text).toMatch(/^10 RangeError .*limits\.timers/);
  await expectHit("many-timers", "timers");
});

test("promises past the limit of waitUntil() are refused", async () => {
  const body = `let made = 0;
    try { for (;;) { ctx.waitUntil(Promise.resolve()); made++; } } catch (error) { return new Response(made + " " + error.name + " " + error.message); }`;
  expect((await ask("many-waits", { waitUntil: 4 }, body)).text).toMatch(/^4 RangeError .*limits\.waitUntil/);
  await expectHit("many-waits", "waitUntil");
});

test("headers past the limit fail the request, which names it", async () => {
  const body = `return new Response("", { headers: { "x-long": "x".repeat(2_000) } });`;
  const answer = await ask("long-headers", { responseHeaderBytes: 1_000 }, body);
  expect(answer).toMatchObject({ status: 500, code: "function_header_limit" });
  expect(answer.text).toContain("(limits.responseHeaderBytes)");
  await expectHit("long-headers", "responseHeaderBytes");
});

test("lines past the limit of the log are left out, uncaught rejections too", async () => {
  const body = `for (let i = 0; i < 100; i++) { console.log("x".repeat(100)); await new Promise((done) => setTimeout(done)); Promise.reject(new Error("r".repeat(100))); }
    return new Response("said");`;
  expect((await ask("talkative", { logBytes: 2_000 }, body)).text).toBe("said");
  await expectHit("talkative", "logBytes");
  expect(server.logs.where({ function: "talkative", source: "function" }).length).toBeLessThan(12);
});

test("limits that end requests are counted too", async () => {
  expect((await ask("spins", { cpuMs: 20 }, "for (;;);")).code).toBe("function_cpu_limit");
  expect((await ask("waits", { wallMs: 50 }, "await new Promise(() => {});")).code).toBe("function_wall_limit");
  const metrics = await server.metrics();
  for (const limit of ["cpuMs", "wallMs"])
    expect(metrics.sum("islet_limit_hits_total", { limit })).toBeGreaterThanOrEqual(1);
});

test("a request that uses its time up in slices is told", async () => {
  const body = `request.signal.addEventListener("abort", () => console.log("told", request.signal.reason.message));
    for (;;) { for (let i = 0; i < 100_000; i++) Math.sqrt(i); await new Promise((done) => setTimeout(done, 1)); }`;
  expect(await ask("slices", { cpuMs: 300 }, body)).toMatchObject({ status: 504, code: "function_cpu_limit" });
  // A machine that is busy may hold the last slice up for so long that the isolate is ended instead.
  await Promise.race([
    server.logs.find({ function: "slices", msg: "told the request used up its CPU time" }),
    server.logs.find({ isolate: /^slices@/, msg: "isolate ended" }),
  ]);
});

test("so is one that does so while its answer is read", async () => {
  const before = (await server.metrics()).sum("islet_limit_hits_total", { limit: "cpuMs" });
  const body = `return new Response(new ReadableStream({ async pull(controller) {
      for (let i = 0; i < 100_000; i++) Math.sqrt(i);
      await new Promise((done) => setTimeout(done, 1));
      controller.enqueue(new Uint8Array(1));
    } }));`;
  await expect(ask("pieces", { cpuMs: 300 }, body)).rejects.toThrow();
  await server.logs.find({ function: "pieces", msg: "request", broken: /CPU time/ });
  expect((await server.metrics()).sum("islet_limit_hits_total", { limit: "cpuMs" })).toBe(before + 1);
});

test("what it then does about that is no answer", async () => {
  const spin = `for (;;) { for (let i = 0; i < 100_000; i++) Math.sqrt(i); await scheduler.wait(1, { signal: request.signal }); }`;
  const before = (await server.metrics()).sum("islet_limit_hits_total", { limit: "cpuMs" });
  expect(await ask("gives-up", { cpuMs: 300 }, spin)).toMatchObject({ status: 504, code: "function_cpu_limit" });
  const answers = `try { ${spin} } catch { return new Response("in vain"); }`;
  expect(await ask("answers", { cpuMs: 300 }, answers)).toMatchObject({ status: 504, code: "function_cpu_limit" });
  expect((await server.metrics()).sum("islet_limit_hits_total", { limit: "cpuMs" })).toBe(before + 2);
});

test("what goes on after an answer does not break off what of it is still to be read", async () => {
  const body = `ctx.waitUntil((async () => {
      for (;;) { for (let i = 0; i < 100_000; i++) Math.sqrt(i); await new Promise((done) => setTimeout(done, 1)); }
    })());
    return new Response("x".repeat(8_000_000));`;
  const source = `export default { async fetch(request, env, ctx) { ${body} } };`;
  await server.deploy("afterwards", source, { limits: { cpuMs: 300 } });
  const request = httpRequest(server.to("afterwards")).end();
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  await server.logs.find({ function: "afterwards", msg: "the request used up its CPU time" });
  expect((await buffer(answer)).length).toBe(8_000_000);
});

test("waitUntil() goes on when the client leaves before the answer", async () => {
  const body = `ctx.waitUntil((async () => {
      await new Promise((left) => request.signal.addEventListener("abort", left));
      await new Promise((done) => setTimeout(done, 5));
      console.log("fetched", await (await fetch(origin + "/fine")).text());
    })());
    await fetch(origin + "/fine");
    console.log("began");
    await new Promise(() => {});`;
  const source = `export default { async fetch(request, { origin }, ctx) { ${body} } };`;
  await server.deploy("leaves", source, { env: { origin: origin.url } });
  const request = httpRequest(server.to("leaves"));
  request.on("error", () => undefined);
  request.end();
  await server.logs.find({ function: "leaves", msg: "began" });
  request.destroy();
  await server.logs.find({ function: "leaves", msg: "fetched fine" });
});
