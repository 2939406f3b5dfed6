import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

const url = "http://hello.localhost/";

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("a");
  throw new Error("the line is cut");
}

describe("a request's body that the host holds", () => {
  const readings: [string, string, string][] = [
    ["text()", `await request.text()`, "onetwo"],
    ["bytes()", `await request.bytes()`, "onetwo"],
    ["arrayBuffer()", `await request.arrayBuffer()`, "onetwo"],
    ["a copy of the request", `await new Request(request).text()`, "onetwo"],
    ["two clones", `await request.clone().text() + await request.text()`, "onetwoonetwo"],
    [
      "its stream",
      `(await Array.fromAsync(request.body, (chunk) => new TextDecoder().decode(chunk))).join("|")`,
      "one|two",
    ],
    ["a transform", `request.body.pipeThrough(new TransformStream())`, "onetwo"],
    ["tee", `request.body.tee()[1]`, "onetwo"],
  ];
  for (const [what, source, text] of readings) {
    test(`is read by ${what}`, async () => {
      const it = await guest({
        main: `export default { async fetch(request) { return new Response(${source}); } };`,
      });
      const answer = await it.request(url, { method: "POST", body: chunks("one", "", "two") });
      expect(answer.text).toBe(text);
      expect(it.thrown).toEqual([]);
    });
  }

  test("is read with a buffer of one's own", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        const reader = request.body.getReader({ mode: "byob" });
        const sizes = [];
        for (;;) {
          const { value, done } = await reader.read(new Uint8Array(2));
          if (done) return Response.json(sizes);
          sizes.push(value.length);
        }
      } };`,
    });
    expect((await it.request(url, { method: "POST", body: chunks("one", "two") })).text).toBe("[2,1,2,1]");
  });

  const passes: [string, string][] = [
    ["the body", `new Response(request.body)`],
    ["the body of a copy", `new Response(new Request(request).body)`],
    ["a response made of a response", `new Response(new Response(request.body).body, { status: 201 })`],
  ];
  for (const [what, source] of passes) {
    test(`is handed back as it is, by ${what}`, async () => {
      const it = await guest({
        main: `export default { fetch(request, env, ctx) {
          const response = ${source};
          ctx.waitUntil((async () => {
            await null;
            console.log(request.bodyUsed, response.bodyUsed, response.body.locked);
          })());
          return response;
        } };`,
      });
      const answer = await it.request(url, { method: "POST", body: chunks("one", "two") });
      expect(answer.crossed.body).toBe(answer.invocation);
      expect(answer.text).toBe("onetwo");
      expect(it.host.streams.pulled).toEqual([]);
      expect(it.host.logs.map(({ text }) => text)).toEqual(["true true true"]);
    });
  }

  test("cannot be handed back once it has been read from", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        const reader = request.body.getReader();
        await reader.read();
        reader.releaseLock();
        return new Response(request.body);
      } };`,
    });
    const outcome = await it.outcome(it.begin(url, { method: "POST", body: chunks("one", "two") }));
    expect(outcome).toMatchObject({ failure: "threw", message: expect.stringContaining("TypeError") });
  });

  test("rejects reads when it breaks off", async () => {
    const it = await guest({
      main: `export default { async fetch(request) {
        const [whole, streamed] = [request.clone(), request];
        const reader = streamed.body.getReader();
        const first = await reader.read();
        return Response.json([
          first.value.length,
          await reader.read().catch((error) => error.message),
          await whole.text().catch((error) => error.message),
        ]);
      } };`,
    });
    const answer = await it.request(url, { method: "POST", body: breaking() });
    expect(JSON.parse(answer.text)).toEqual([1, "the line is cut", "the line is cut"]);
  });

  test("is cancelled with its stream", async () => {
    const it = await guest({
      main: `export default { async fetch(request) { await request.body.cancel(); return new Response(String(request.bodyUsed)); } };`,
    });
    const answer = await it.request(url, { method: "POST", body: chunks("one") });
    expect(answer.text).toBe("true");
    expect(it.host.streams.cancelled).toEqual([answer.invocation]);
  });
});

describe("a response's body that the guest streams", () => {
  test("crosses chunk by chunk, and finishes", async () => {
    const it = await guest({
      main: `export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({ async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          controller.enqueue(new TextEncoder().encode("chunk " + n + ";"));
          if (++n === 3) controller.close();
        } }));
      } };`,
    });
    const answer = await it.request(url);
    expect(answer.crossed).toMatchObject({ body: true, open: true });
    expect(answer.text).toBe("chunk 0;chunk 1;chunk 2;");
    await it.finished(answer.invocation);
    expect(it.host.calls.filter((name) => name === "write")).toHaveLength(3);
  });

  test("waits while the host does not take more", async () => {
    const it = await guest({
      main: `export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({ pull(controller) {
          console.log(++n);
          controller.enqueue(new Uint8Array([n]));
          if (n === 10) controller.close();
        } }, { highWaterMark: 0 }));
      } };`,
    });
    it.host.streams.highWaterMark = 3;
    const invocation = it.begin(url);
    const pulled = (): number => it.host.logs.length;
    await it.outcome(invocation);
    expect(pulled()).toBe(3);
    const { bytes } = await it.answer(invocation);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await it.finished(invocation);
  });

  const breaks: [string, string, RegExp][] = [
    ["errors", `controller.error(new RangeError("enough"))`, /RangeError: enough/],
    ["gives a string", `controller.enqueue("text")`, /TypeError.*Uint8Array.*string/],
  ];
  for (const [what, code, message] of breaks) {
    test(`is broken off when it ${what}, with a line in the log`, async () => {
      const it = await guest({
        main: `export default { fetch() {
          return new Response(new ReadableStream({ async start(controller) {
            controller.enqueue(new Uint8Array([1]));
            await null;
            ${code};
          } }));
        } };`,
      });
      const invocation = it.begin(url);
      await it.finished(invocation);
      await expect(it.answer(invocation)).rejects.toThrow(message);
      expect(it.host.logs).toMatchObject([{ level: "error", text: expect.stringMatching(message) }]);
      expect(it.thrown).toEqual([]);
    });
  }

  test("can be the writer's side of a TransformStream", async () => {
    const it = await guest({
      main: `export default { fetch(request, env, ctx) {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        ctx.waitUntil((async () => {
          await writer.write(new Uint8Array([104]));
          await writer.write(new Uint8Array([105]));
          await writer.close();
        })());
        return new Response(readable);
      } };`,
    });
    const answer = await it.request(url);
    expect(answer.text).toBe("hi");
    await it.finished(answer.invocation);
    expect(it.host.calls.filter((name) => name === "finish")).toHaveLength(1);
  });
});
