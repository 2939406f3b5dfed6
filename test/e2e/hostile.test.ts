import { once } from "node:events";
import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestServer } from "./server.ts";

/*
 * Functions that replace the globals which the runtime's own code uses, so that what crosses the
 * bridge is not what the runtime meant. They may harm themselves and nobody else.
 */

let server: TestServer;

beforeAll(async () => {
  // One pool process, so that good and hostile functions share it.
  server = await TestServer.start({ POOLS: 1 });
  await server.deploy("good", "let n = 0; export default { fetch: () => new Response(String(++n)) };");
  expect((await good()).text).toBe("1");
});
afterAll(() => server.stop());

let served = 1;
const good = () => server.send("/fn/good/");

/** Asks a hostile function and then the good one, which must be in the same isolate as ever. */
async function ask(name: string, body: string, limits: object = {}) {
  const source = `export default { async fetch(request, env, ctx) { ${body} } };`;
  await server.deploy(name, source, { limits: { cpuMs: 1000, ...limits } });
  const answer = await server.send(`/fn/${name}/`);
  expect((await good()).text).toBe(String(++served));
  return answer;
}

/** One raw exchange over a connection of its own: all that comes until the server closes it. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(text);
  return (await buffer(socket)).toString("latin1");
}

describe("what crosses the bridge", () => {
  test.each([
    ["headers that are a number", `Array.prototype.join = () => 5; return new Response("x", { headers: { a: "b" } });`],
    [
      "headers that are an object",
      `Array.prototype.join = () => ({}); return new Response("x", { headers: { a: "b" } });`,
    ],
    [
      "a request's headers that are a number",
      `Array.prototype.join = () => 5; return fetch("http://127.0.0.1:1/", { headers: { a: "b" } });`,
    ],
  ])("%s", async (what, body) => {
    expect(await ask(what.replaceAll(/[^a-z]+/g, "-"), body)).toMatchObject({ status: 500, code: "function_error" });
  });

  test("bytes that are no bytes show nothing of other requests", async () => {
    const secret = "secret-of-a-neighbour-";
    await server.deploy("neighbour", `export default { fetch: () => new Response("${secret}".repeat(1000)) };`);
    await server.send("/fn/neighbour/");
    for (const what of ["Float64Array", "Uint16Array"]) {
      const answer = await ask(
        `wide-${what.toLowerCase()}`,
        `globalThis.Uint8Array = ${what}; return new Response(new ArrayBuffer(20_000));`,
      );
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain("secret");
    }
  });
});

describe("what is written for the client", () => {
  test("a field that the runtime leaves out cannot come in by its case", async () => {
    const source = `String.prototype.toLowerCase = function () { return this.valueOf(); };
      export default { fetch: () => new Response("body", { headers: { "Transfer-Encoding": "chunked", "Content-Length": "1" } }) };`;
    await server.deploy("cased", source);
    const answer = await raw("GET /fn/cased/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    const [head, body] = answer.split("\r\n\r\n");
    expect(body).toBe("body");
    expect(head?.match(/^content-length:.*$/gim)).toEqual(["content-length: 4"]);
    expect(head).not.toMatch(/transfer-encoding/i);
  });

  test.each([
    ["status text", `statusText: "a\\r\\nx-smuggled: 1"`],
    ["value", `headers: { "x-a": "a\\r\\nx-smuggled: 1" }`],
    ["value of control characters", `headers: { "x-a": "\\u0001" }`],
    ["name", `headers: { "x a": "1" }`],
  ])("a %s that breaks the line is refused", async (what, init) => {
    // Whatever the runtime asks about its text is answered as it likes.
    const believe = `RegExp.prototype.test = function () { return this.source.startsWith("^"); };`;
    const name = `broken-${what.replaceAll(" ", "-")}`;
    const answer = await ask(name, `${believe} return new Response("x", { ${init} });`);
    expect(answer).toMatchObject({ status: 500, code: "function_error" });
  });
});

describe("what the runtime relies on", () => {
  const answer = `const answer = await new Response("x", { headers: { a: "b" } }).text();
    const url = new URL("/a?b=1", "http://c/"), bytes = new TextEncoder().encode("é".repeat(300));
    await crypto.subtle.digest("SHA-256", bytes); new TextDecoder().decode(bytes); await new Promise((done) => setTimeout(done, 1));
    console.log({ a: [1] }, request.headers.get("host")); ctx.waitUntil(Promise.resolve());
    return new Response(url.href + answer, { headers: { "x-a": "b" } });`;

  test.each([
    ["iterators", `Array.prototype[Symbol.iterator] = function* () { yield {}; };`],
    ["then", `Promise.prototype.then = () => { throw 1; };`],
    [
      "getters of objects",
      `for (const k of ["then", "get", "set", "value", "constructor2"]) Object.defineProperty(Object.prototype, k, { get() { throw 1; }, set() {}, configurable: true });`,
    ],
    [
      "species",
      `for (const C of [Promise, Array, ArrayBuffer, Map]) Object.defineProperty(C, Symbol.species, { get() { throw 1; } });`,
    ],
    ["stacks", `Error.prepareStackTrace = () => { throw new Proxy({}, { get() { throw 1; } }); };`],
    ["call and apply", `Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => ({});`],
    [
      "maps",
      `for (const C of [Map, Set, WeakMap]) for (const k of ["get", "set", "has", "add", "delete"]) C.prototype[k] = () => 5;`,
    ],
    [
      "texts",
      `for (const k of ["split", "slice", "toLowerCase", "replace", "charCodeAt", "toWellFormed", "indexOf"]) String.prototype[k] = () => ({});`,
    ],
    [
      "patterns that loop",
      `RegExp.prototype.exec = RegExp.prototype.test = () => ({}); String.prototype[Symbol.split] = () => [5];`,
    ],
    [
      "setters of indices",
      `for (let i = 0; i < 20; i++) Object.defineProperty(Array.prototype, i, { set() { throw 1; }, get() { throw 2; }, configurable: true });`,
    ],
    [
      "setters of one index",
      `Object.defineProperty(Array.prototype, 0, { set() { throw 1; }, get() { throw 2; }, configurable: true });`,
    ],
    [
      "setters of indices of all objects",
      `for (const i of [0, 1, 2]) Object.defineProperty(Object.prototype, i, { set() { throw 1; }, get() { throw 2; }, configurable: true });`,
    ],
    [
      "setters that do nothing",
      `for (const i of [0, 1, 2]) Object.defineProperty(Object.prototype, i, { set() {}, get() {}, configurable: true });`,
    ],
    [
      "setters that loop",
      `Object.defineProperty(Array.prototype, 0, { set() { for (;;); }, get() { for (;;); }, configurable: true });`,
    ],
    ["JSON", `JSON.parse = JSON.stringify = () => ({});`],
    [
      "typed arrays",
      `Uint8Array.prototype.set = Uint8Array.prototype.subarray = () => 5; globalThis.Uint8Array = Array;`,
    ],
    [
      "Reflect and Object",
      `for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = () => 5; for (const k of Object.getOwnPropertyNames(Object)) if (typeof Object[k] === "function") try { Object[k] = () => 5; } catch {}`,
    ],
  ])("%s may be replaced: that is never Islet's fault", async (what, code) => {
    const { status, code: error = "" } = await ask(
      `replaced-${what.replaceAll(" ", "-").toLowerCase()}`,
      code + answer,
      { wallMs: 1_000 },
    );
    // Where nothing loops, at once: none of these leaves its request waiting.
    const expected = what.endsWith("loop") ? /^function_(wall_limit|cpu_limit|error)$/ : /^function_error$/;
    if (status !== 200) expect(error).toMatch(expected);
    expect(server.logs.where({ msg: "a host op failed" })).toEqual([]);
  });
});

test("reading clocks that stand still is held against the function once it is a search", async () => {
  const name = "clock-reader";
  const body = `const seen = new Set(); for (let i = 0; i < 300_000; i++) seen.add(Date.now()).add(performance.now()); return new Response(String(seen.size));`;
  expect((await ask(name, body, { cpuMs: 5_000 })).text).toBe("2");
  await server.logs.find({ isolate: new RegExp(`^${name}@`), msg: /reads clocks/ });
});

test("what one request logs is bounded", async () => {
  await ask("flood", `for (let i = 0; i < 20_000; i++) console.log("x".repeat(1000)); return new Response("said");`);
  await server.logs.find({ function: "flood", msg: /limits\.logBytes/ });
  expect(server.logs.where({ function: "flood", source: "function" }).length).toBeLessThan(500);
});

test("all that time the same processes served", async () => {
  expect(server.logs.where({ msg: /connection to a pool process/ })).toEqual([]);
  const metrics = await server.metrics();
  expect(metrics.sum("islet_child_deaths_total", { reason: "crashed" })).toBe(0);
});
