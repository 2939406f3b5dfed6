import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ POOLS: 1 });
});
afterAll(() => server.stop());

let count = 0;
/** Deploys what fetch() does and asks it, then whether the isolate still answers. */
async function ask(body: string) {
  const name = `f${count++}`;
  const source = `export default { async fetch(request, env, ctx) { if (request.url.endsWith("/fine")) return new Response("fine"); ${body} } };`;
  await server.deploy(name, source);
  const answer = await server.send(`/fn/${name}/`);
  expect((await server.send(`/fn/${name}/fine`)).text).toBe("fine");
  return { name, answer };
}

/** No path, stack or module of the host. */
const hostDetails = /\/src\/|node_modules|node:|\.ts\b|isolated-vm|at .*:\d+:\d+|file:\/\//;

test.each([
  ["an Error", `throw new Error("secret");`],
  ["after an await", `await null; throw new TypeError("secret");`],
  ["a string", `throw "secret";`],
  ["undefined", `throw undefined;`],
  ["null", `throw null;`],
  ["an object", `throw { message: "secret" };`],
  ["a symbol", `throw Symbol("secret");`],
  ["an object without a prototype", `throw Object.create(null);`],
  ["a proxy that throws", `throw new Proxy({}, { get() { throw new Error("secret"); } });`],
  ["a revoked proxy", `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;`],
  [
    "an error whose stack throws",
    `throw Object.defineProperty(new Error(), "stack", { get() { throw new Error("secret"); } });`,
  ],
  ["an error that is very long", `throw new Error("secret".repeat(100000));`],
  ["a rejection", `return Promise.reject(new Error("secret"));`],
  ["a thenable that throws", `return { then() { throw new Error("secret"); } };`],
  ["too deep a recursion", `const f = () => f(); f();`],
])("throwing %s is 500 function_error", async (_, body) => {
  const { name, answer } = await ask(body);
  expect(answer).toMatchObject({ status: 500, code: "function_error" });
  expect(answer.text).not.toMatch(hostDetails);
  expect(answer.text).not.toContain("secret");
  const { requestId } = (answer.json() as { error: { requestId: string } }).error;
  expect(await server.logs.find({ function: name, requestId, code: "function_error" })).toMatchObject({
    status: 500,
    blame: "function",
  });
});

test("the log has the stack, with the function's own places", async () => {
  const { name } = await ask("\n\n  throw new RangeError('to be seen');");
  const line = await server.logs.find({ function: name, source: "function" });
  expect(line).toMatchObject({ level: 50, msg: expect.stringContaining("RangeError: to be seen") });
  expect(line.msg).toMatch(/index\.js:3:\d+/);
  expect(line.msg).not.toMatch(/\/src\/|node_modules|node:/);
});

test("answering with a WebSocket is 501 websocket_not_served", async () => {
  const body = `return new Response(null, { status: 101, webSocket: new WebSocketPair()[0] });`;
  expect((await ask(body)).answer).toMatchObject({ status: 501, code: "websocket_not_served" });
});

test.each([
  ["nothing", ""],
  ["a string", `return "text";`],
  ["a look-alike", `return { status: 200, headers: new Headers(), body: null };`],
  ["null", "return null;"],
])("giving %s is 500 function_no_response", async (_, body) => {
  expect((await ask(body)).answer).toMatchObject({ status: 500, code: "function_no_response" });
});

test.each([
  ["Response.error()", "return Response.error();"],
  ["a used body", `const r = new Response("x"); await r.text(); return r;`],
  ["a body that is being read", `const r = new Response("x"); r.body.getReader(); return r;`],
  [
    "a Response used twice",
    `globalThis.once ??= new Response("once"); await globalThis.once.text(); return globalThis.once;`,
  ],
  ["a header value that is not Latin-1", `return new Response("", { headers: { "x-a": "\u20ac" } });`],
  ["a header value with a line break", `return new Response("", { headers: { "x-a": "a\\nb: c" } });`],
  ["an invalid header name", `return new Response("", { headers: { "x a": "1" } });`],
  ["a status out of range", `return new Response("", { status: 199 });`],
  ["a status text with a line break", `return new Response("", { statusText: "a\\r\\nb" });`],
  ["a body that 204 cannot have", `return new Response("x", { status: 204 });`],
])("%s is 500 function_error", async (_, body) => {
  const { answer } = await ask(body);
  expect(answer).toMatchObject({ status: 500, code: "function_error" });
  expect(answer.text).not.toMatch(hostDetails);
});

test("control characters that JavaScript lets into a header do not reach the wire", async () => {
  const { answer } = await ask(`return new Response("", { headers: { "x-a": "a\\u0001b\\u007f" } });`);
  // Fetch allows them and HTTP does not: an error, never a broken message.
  expect([200, 500]).toContain(answer.status);
  if (answer.status === 500) expect(answer.code).toBe("function_error");
});

test("a rejection that nobody handles is logged and harms no answer", async () => {
  const { name, answer } = await ask(
    `Promise.reject(new Error("forgotten")); queueMicrotask(() => { throw new Error("micro"); });
     setTimeout(() => { throw new Error("timed"); }, 0);
     await new Promise((resolve) => setTimeout(resolve, 5)); return new Response("answered");`,
  );
  expect(answer).toMatchObject({ status: 200, text: "answered" });
  for (const text of ["forgotten", "micro", "timed"]) {
    const line = await server.logs.find({ function: name, source: "function", msg: new RegExp(text) });
    expect(line.msg).not.toMatch(/\/src\/|node_modules|node:/);
  }
});

test("a stream that breaks after the head cuts the connection and is logged", async () => {
  await server.deploy(
    "breaking",
    `export default { fetch() { let n = 0; return new Response(new ReadableStream({
       pull(c) { if (n++ < 3) c.enqueue(new TextEncoder().encode("chunk")); else c.error(new Error("broke here")); } })); } };`,
  );
  await expect(server.send("/fn/breaking/")).rejects.toThrow();
  const { requestId } = await server.logs.find({ function: "breaking", msg: /broke here/, source: "function" });
  expect(await server.logs.find({ requestId, msg: "request" })).toMatchObject({ broken: expect.any(String) });
});

test("chunks that are not bytes break a stream", async () => {
  await server.deploy(
    "odd-chunks",
    `export default { fetch: () => new Response(new ReadableStream({ start(c) { c.enqueue({}); c.close(); } })) };`,
  );
  await expect(server.send("/fn/odd-chunks/")).rejects.toThrow();
});

test("a default export without fetch() is refused at the upload", async () => {
  expect(await server.upload("none", "export default {};")).toMatchObject({ status: 400, code: "no_handler" });
  expect(await server.upload("none", "export const fetch = 1;")).toMatchObject({ status: 400, code: "no_handler" });
  expect(await server.send("/fn/none/")).toMatchObject({ status: 404, code: "no_route" });
});

test("a fetch() that goes away later is 500 function_no_handler", async () => {
  await server.deploy(
    "gone",
    "const h = { fetch() { delete h.fetch; return new Response('last'); } }; export default h;",
  );
  expect((await server.send("/fn/gone/")).text).toBe("last");
  expect(await server.send("/fn/gone/")).toMatchObject({ status: 500, code: "function_no_handler" });
});
