import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

const url = "http://hello.localhost/a?b=c";

describe("a handler's answer", () => {
  test("is one crossing for a plain Response, with nothing left open", async () => {
    const it = await guest({ main: `export default { fetch() { return new Response("hello"); } }` });
    it.host.calls.length = 0;
    const answer = await it.request(url);
    expect(it.host.calls).toEqual(["respond"]);
    expect(answer.crossed).toMatchObject({ status: 200, statusText: "", body: "hello", open: false });
    expect(answer.headers).toEqual([["content-type", "text/plain;charset=UTF-8"]]);
  });

  test("may be a promise", async () => {
    const it = await guest({ main: `export default { async fetch() { await null; return new Response("later"); } }` });
    expect((await it.request(url)).text).toBe("later");
  });

  test("has what the constructor was given", async () => {
    const it = await guest({
      main: `export default { fetch() {
        const headers = new Headers({ "X-One": "1" });
        headers.append("set-cookie", "a=1");
        headers.append("set-cookie", "b=2");
        return new Response("{}", { status: 201, statusText: "Made", headers });
      } }`,
    });
    const answer = await it.request(url);
    expect(answer).toMatchObject({ status: 201, statusText: "Made" });
    expect(answer.headers).toEqual([
      ["x-one", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["content-type", "text/plain;charset=UTF-8"],
    ]);
  });

  test("is called with the default export as this, and with env", async () => {
    const it = await guest({
      main: `class App { #name = "app"; fetch(request, env) { return new Response(this.#name + env.NAME); } }
        export default new App();`,
      env: { NAME: "!" },
    });
    expect((await it.request(url)).text).toBe("app!");
  });

  test("sees the request as it came", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        return Response.json([request.method, request.url, [...request.headers], await request.json()]);
      } }`,
    });
    const headers = [
      ["X-A", "1"],
      ["accept", "a"],
      ["Accept", "b"],
    ] as const;
    const answer = await it.request(url, { method: "POST", headers, body: '{"n":1}' });
    expect(JSON.parse(answer.text)).toEqual([
      "POST",
      url,
      [
        ["accept", "a, b"],
        ["x-a", "1"],
      ],
      { n: 1 },
    ]);
  });

  test("cannot change the headers of its request", async () => {
    const it = await guest({ main: `export default { fetch(request) { request.headers.set("a", "b"); } }` });
    expect(await it.outcome(it.begin(url))).toMatchObject({
      failure: "threw",
      message: expect.stringMatching(/cannot be changed/),
    });
  });

  test("goes out as bytes when it is bytes, and only those of the view", async () => {
    const it = await guest({
      main: `export default { fetch() { return new Response(new Uint8Array([1, 2, 3, 4]).subarray(1, 3)); } }`,
    });
    expect((await it.request(url)).crossed.body).toEqual(new Uint8Array([2, 3]));
  });

  test("cannot be given twice", async () => {
    const it = await guest({
      main: `const response = new Response("x"); export default { fetch() { return response; } }`,
    });
    expect((await it.request(url)).text).toBe("x");
    expect(await it.outcome(it.begin(url))).toMatchObject({
      kind: "failure",
      failure: "threw",
      message: expect.stringMatching(/already been used/),
    });
  });
});

describe("a handler that fails", () => {
  const failures: [string, string, object][] = [
    ["throws", `{ fetch() { throw new RangeError("no"); } }`, { failure: "threw", message: "RangeError: no" }],
    [
      "rejects",
      `{ async fetch() { await null; throw new TypeError("no"); } }`,
      { failure: "threw", message: "TypeError: no" },
    ],
    ["throws a string", `{ fetch() { throw "no"; } }`, { failure: "threw", message: "no", stack: "" }],
    [
      "throws an object",
      `{ fetch() { throw { a: 1 }; } }`,
      { failure: "threw", message: "[object Object] was thrown" },
    ],
    ["throws undefined", `{ fetch() { throw undefined; } }`, { failure: "threw", message: "undefined" }],
    ["gives nothing", `{ fetch() {} }`, { failure: "no_response", message: expect.stringMatching(/undefined/) }],
    [
      "gives another object",
      `{ async fetch() { return {}; } }`,
      { failure: "no_response", message: expect.stringMatching(/an object/) },
    ],
    ["gives Response.error()", `{ fetch() { return Response.error(); } }`, { failure: "threw" }],
    ["has no fetch", `{ fetch: 1 }`, { failure: "no_handler" }],
    ["is null", `null`, { failure: "no_handler" }],
  ];
  for (const [what, source, expected] of failures) {
    test(`${what}: says so`, async () => {
      const it = await guest({ main: `export default ${source};` });
      expect(await it.outcome(it.begin(url))).toMatchObject({ kind: "failure", ...expected });
      expect(it.thrown).toEqual([]);
    });
  }

  test("gives its stack", async () => {
    const it = await guest({
      main: `function deep() { throw new Error("x"); } export default { fetch() { deep(); } };`,
    });
    expect(await it.outcome(it.begin(url))).toMatchObject({
      stack: expect.stringMatching(/Error: x\n +at deep \(file:\/\/\/main:1:/),
    });
  });

  const hostile: [string, string][] = [
    [
      "getters that throw",
      `Object.defineProperties(new Error("x"), { message: { get() { throw 1; } }, stack: { get() { throw 2; } } })`,
    ],
    [
      "getters that give objects",
      `Object.defineProperties(new Error("x"), { message: { value: {} }, name: { value: {} }, stack: { value: [] } })`,
    ],
    ["a proxy", `new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } })`],
    [
      "a revoked proxy",
      `(() => { const { proxy, revoke } = Proxy.revocable(new Error("x"), {}); revoke(); return proxy; })()`,
    ],
    ["a hostile tag", `{ get [Symbol.toStringTag]() { throw 1; } }`],
    ["a symbol", `Symbol("x")`],
  ];
  for (const [what, thrown] of hostile) {
    test(`throws ${what}: becomes text`, async () => {
      const it = await guest({ main: `export default { async fetch() { throw ${thrown}; } };` });
      const outcome = await it.outcome(it.begin(url));
      expect(outcome).toMatchObject({ failure: "threw", message: expect.any(String), stack: expect.any(String) });
      expect(it.thrown).toEqual([]);
    });
  }

  test("has replaced built-ins: still becomes text", async () => {
    const it = await guest({
      main: `export default { fetch() {
        String.prototype.slice = Object.prototype.toString = Reflect.apply = Error.isError = () => { throw new Error("gotcha"); };
        Error.prepareStackTrace = () => { throw 3; };
        throw new Error("x".repeat(10_000));
      } };`,
    });
    expect(await it.outcome(it.begin(url))).toMatchObject({ failure: "threw" });
    expect(it.thrown).toEqual([]);
  });
});

describe("waitUntil", () => {
  test("keeps the invocation open until all promises have settled, and logs those that reject", async () => {
    const it = await guest({
      main: `export default { fetch(request, env, ctx) {
        ctx.passThroughOnException();
        ctx.waitUntil((async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          ctx.waitUntil(Promise.reject(new Error("late")));
          await null;
          console.log("done");
        })());
        return new Response("early");
      } }`,
    });
    const answer = await it.request(url);
    expect(answer.crossed.open).toBe(true);
    await it.finished(answer.invocation);
    expect(it.host.calls.filter((name) => name === "finish")).toEqual(["finish"]);
    const { invocation } = answer;
    expect(it.host.logs).toEqual([
      { invocation, level: "error", text: expect.stringContaining("Error: late") },
      { invocation, level: "info", text: "done" },
    ]);
  });

  test("takes what is not a promise", async () => {
    const it = await guest({
      main: `export default { fetch(request, env, ctx) { ctx.waitUntil(1); return new Response("x"); } }`,
    });
    const answer = await it.request(url);
    await it.finished(answer.invocation);
  });
});

describe("a client that goes away", () => {
  test("aborts request.signal, and those of its copies", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        const copy = new Request(request.clone(), { headers: {} });
        const reasons = [request, copy].map(({ signal }) => new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(signal.reason.name + signal.reason.message));
        }));
        return Response.json(await Promise.all(reasons));
      } }`,
    });
    const invocation = it.begin(url);
    it.entries.abort(invocation, "gone");
    expect(JSON.parse((await it.answer(invocation)).text)).toEqual(["AbortErrorgone", "AbortErrorgone"]);
  });

  test("before anybody asked for the signal", async () => {
    const it = await guest({
      main: `const gate = Promise.withResolvers();
      export default { async fetch(request) {
        if (request.method === "DELETE") { gate.resolve(); return new Response(); }
        await gate.promise;
        return Response.json([request.signal.aborted, request.signal.reason.message]);
      } }`,
    });
    const invocation = it.begin(url);
    it.entries.abort(invocation, "gone");
    await it.request(url, { method: "DELETE" });
    expect(JSON.parse((await it.answer(invocation)).text)).toEqual([true, "gone"]);
  });

  test("cancels the body that is being written", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        return new Response(new ReadableStream({
          start(controller) { controller.enqueue(new Uint8Array([1])); },
          cancel(reason) { console.log("cancelled: " + reason.message); },
        }));
      } }`,
    });
    const invocation = it.begin(url);
    await it.outcome(invocation);
    it.entries.abort(invocation, "gone");
    await it.finished(invocation);
    expect(it.host.logs).toMatchObject([{ invocation, text: "cancelled: gone" }]);
  });
});

test("invocations that overlap keep their own timers", async () => {
  const it = await guest({
    main: `export default { async fetch(request) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.log(request.url);
      return new Response("x");
    } }`,
  });
  const [a, b] = [it.begin("http://a/"), it.begin("http://b/")];
  await Promise.all([it.answer(a), it.answer(b)]);
  expect(it.host.logs).toMatchObject([
    { invocation: a, text: "http://a/" },
    { invocation: b, text: "http://b/" },
  ]);
});
