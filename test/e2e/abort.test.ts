import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldPath, Origin, reachOrigins } from "./origin.ts";
import { TestServer } from "./server.ts";

let server: TestServer;
let origin: Origin;
/** Paths of the origin in the order in which they were asked for, and whom to tell. */
const calls: string[] = [];
const listeners = new Map<string, () => void>();
const held = { first: heldPath(), work: heldPath(), after: heldPath(), fetching: heldPath() };

beforeAll(async () => {
  const note = (path: string) => [
    path,
    (_: unknown, response: { end: (text: string) => void }) => {
      calls.push(path);
      listeners.get(path)?.();
      response.end("noted");
    },
  ];
  const noted = ["/started", "/aborted", "/waited", "/cancelled", "/late", "/probe", "/again"].map(note);
  origin = await Origin.start({
    ...Object.fromEntries(noted),
    "/first": held.first.handler,
    "/work": held.work.handler,
    "/after": held.after.handler,
    "/fetching": held.fetching.handler,
  });
  server = await TestServer.start({ ...reachOrigins, POOLS: 1 });
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

function called(path: string): Promise<void> {
  if (calls.includes(path)) return Promise.resolve();
  return new Promise((resolve) => listeners.set(path, resolve));
}

function deploy(name: string, body: string, limits = {}): Promise<string> {
  const source = `export default { async fetch(request, { origin }, ctx) { const tell = (path) => fetch(origin + path); ${body} } };`;
  return server.deploy(name, source, { env: { origin: origin.url }, limits });
}

/** A request that its client gives up: the errors of that are its own doing. */
function given(name: string): ClientRequest {
  const request = httpRequest(server.to(name));
  request.on("error", () => undefined);
  request.end();
  return request;
}

test("a client that goes away aborts request.signal", async () => {
  await deploy(
    "signal",
    `await tell("/started");
     await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
     console.log("aborted", request.signal.aborted, request.signal.reason.name);
     return new Response("nobody reads this");`,
  );
  const request = given("signal");
  await called("/started");
  request.destroy();
  const { requestId } = await server.logs.find({ function: "signal", msg: "aborted true AbortError" });
  expect(await server.logs.find({ requestId, code: "client_gone" })).toMatchObject({ status: 499, blame: "client" });
});

test("a client that goes away in the middle of an answer cancels its stream", async () => {
  await deploy(
    "stream",
    `return new Response(new ReadableStream({
       pull(controller) { controller.enqueue(new Uint8Array(65536)); },
       cancel(reason) { console.log("cancelled", reason?.name); },
     }));`,
    { cpuMs: 5000 },
  );
  const request = given("stream");
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "readable");
  request.destroy();
  const { requestId } = await server.logs.find({ function: "stream", msg: "cancelled AbortError" });
  expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({
    status: 200,
    broken: expect.any(String),
  });
});

test("what the function was fetching is given up with the request", async () => {
  await deploy("fetching", `return fetch(origin + "/fetching", { signal: request.signal });`);
  const request = given("fetching");
  const asked = await held.fetching.asked;
  request.destroy();
  await once(asked, "close");
});

test("the signal stays quiet when all goes well", async () => {
  await deploy(
    "quiet",
    `request.signal.addEventListener("abort", () => console.log("aborted"));
     ctx.waitUntil(tell("/probe").then(() => console.log("after, aborted is", request.signal.aborted)));
     return new Response("fine");`,
  );
  expect((await server.send("/fn/quiet/")).text).toBe("fine");
  await server.logs.find({ function: "quiet", msg: "after, aborted is false" });
  expect(server.logs.where({ function: "quiet", msg: "aborted" })).toEqual([]);
});

test("waitUntil lets work go on after the answer", async () => {
  await deploy(
    "wait",
    `ctx.waitUntil((async () => {
       await fetch(origin + "/work");
       await new Promise((resolve) => setTimeout(resolve, 1));
       await tell("/waited");
       console.log("all done");
     })());
     ctx.waitUntil(Promise.reject(new Error("of no use")));
     return new Response("at once");`,
  );
  const work = held.work.asked;
  expect((await server.send("/fn/wait/")).text).toBe("at once");
  (await work).end();
  await called("/waited");
  const { requestId } = await server.logs.find({ function: "wait", msg: "all done" });
  await server.logs.find({ requestId, level: 50, msg: /waitUntil.*of no use/ });
});

test("work after the answer ends at the wall limit", async () => {
  await deploy(
    "overtime",
    `ctx.waitUntil(fetch(origin + "/after").catch(() => undefined));
     return new Response("at once");`,
    { wallMs: 200 },
  );
  expect((await server.send("/fn/overtime/")).text).toBe("at once");
  // The origin sees the function's request go away.
  await once(await held.after.asked, "close");
});

test("without waitUntil, timers and fetches end with the answer", async () => {
  await deploy(
    "leftovers",
    `if (new URL(request.url).pathname === "/again") { await new Promise((resolve) => setTimeout(resolve, 20)); await tell("/again"); return new Response("again"); }
     setTimeout(() => tell("/late"), 5);
     setInterval(() => tell("/late"), 5);
     fetch(origin + "/first").then(() => tell("/late"), () => undefined);
     return new Response("done");`,
  );
  expect((await server.send("/fn/leftovers/")).text).toBe("done");
  // The same isolate has had longer than those timers since.
  expect((await server.send("/fn/leftovers/again")).text).toBe("again");
  await called("/again");
  expect(calls).not.toContain("/late");
});
