import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isolateKey, type LiveFunction } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import type { Exchange } from "../../src/pool/exchange.ts";
import { ExchangeTable } from "../../src/pool/exchange-table.ts";
import { bodyKind, frameType, maxPoolFrameBytes, unknownLength } from "../../src/pool/wire/frames.ts";
import { TestInvocation } from "../contract/test-invocation.ts";
import { FakePool, frame, text, u16, u32 } from "./fake-pool.ts";

const fn: LiveFunction = {
  name: "victim",
  tenant: "default",
  group: "shared",
  versionId: "a".repeat(64),
  routes: [],
  limits: defaultLimits,
};

let pool: FakePool;
beforeEach(async () => {
  pool = await FakePool.start();
});
afterEach(() => pool.stop());

type Request = ConstructorParameters<typeof TestInvocation>[1];

/** A request that the process has been sent, and its id. */
async function invoked(request: Request = {}, count = 1, mayRefuse = false) {
  const invocation = new TestInvocation(fn, request);
  const reply = pool.link.execute(invocation, mayRefuse);
  // Whoever looks at it does so later.
  reply.catch(() => undefined);
  const { id } = await pool.received(frameType.invoke, count);
  return { invocation, reply, id };
}

const none = [bodyKind.none];
const head = (status: number, flags = 0, statusText = "", headers = "") =>
  Buffer.concat([
    Buffer.from([...u16(status), flags, ...u32(0), ...u32(0), ...u32(1)]),
    text(statusText),
    text(headers),
  ]);
const respond = (id: number, ...rest: Parameters<typeof head>) => frame(frameType.respond, id, head(...rest), none);
const streaming = (id: number, length = unknownLength) =>
  frame(frameType.respond, id, head(200, 1), [bodyKind.stream], u32(length));
const fetchOf = (parent: number, id: number, method = "GET", headers = "", body: number[] = none, redirect = 0) =>
  frame(frameType.fetch, id, u32(parent), [redirect], method, "http://h.example/", headers, body);
const failing = (id: number, code: string, message = "m") =>
  frame(frameType.fail, id, u32(0), [0], code, message, "stack");
const refusing = (id: number, reason = 0, more: number[] = []) => frame(frameType.refuse, id, [reason], u32(9), more);
const begun = (id: number) => frame(frameType.begun, id);

/** Frames that no pool process of ours sends while a request with the id `id` waits for its answer. */
const beforeAnswer: Record<string, (id: number) => Uint8Array> = {
  "no frame at all": () => Buffer.alloc(20),
  "a frame of enormous length": () => Buffer.from([...u32(maxPoolFrameBytes + 1), 2, 0, 0, 0, 0]),
  "a frame of unknown type": (id) => frame(99, id),
  "a frame of type 0": (id) => frame(0, id),
  "what only fronts send: invoke": (id) => frame(frameType.invoke, id, "k", "GET", "http://x/", "", none),
  "what only fronts send: fetched": () => frame(frameType.fetched, 3, u16(200), [0], "", "", ""),
  "what only fronts send: cancel": (id) => frame(frameType.cancel, id),
  "what only fronts send: a bundle": () => frame(frameType.bundle, 0, "k"),
  "an answer that ends too early": (id) => frame(frameType.respond, id, u16(200)),
  "an answer with more behind it": (id) => frame(frameType.respond, id, head(200), none, [1, 2, 3]),
  "status 100": (id) => respond(id, 100),
  "status 0": (id) => respond(id, 0),
  "status 1000": (id) => respond(id, 1000),
  "unknown flags": (id) => respond(id, 200, 0xff),
  "a status text with a line break": (id) => respond(id, 200, 0, "OK\r\nx: y"),
  "a status text with NUL": (id) => respond(id, 200, 0, "a\0b"),
  "a header value with CR": (id) => respond(id, 200, 0, "", "x-a\n1\r"),
  "a header value with NUL": (id) => respond(id, 200, 0, "", "x-a\n1\0"),
  "a header value with a line break": (id) => respond(id, 200, 0, "", "x-a\n1\nset-cookie: stolen"),
  "a header without a value": (id) => respond(id, 200, 0, "", "x-a"),
  "a header without a name": (id) => respond(id, 200, 0, "", "\nvalue"),
  "a header name with a space": (id) => respond(id, 200, 0, "", "x a\n1"),
  "a header name with a colon": (id) => respond(id, 200, 0, "", "a: b\n1"),
  "headers without end": (id) => respond(id, 200, 0, "", `x-a\n${"v".repeat(300_000)}`),
  "a text longer than its frame": (id) =>
    frame(frameType.respond, id, [...u16(200), 0, ...u32(0), ...u32(0), ...u32(0)], u32(0xffff_fff0)),
  "an unknown kind of body": (id) => frame(frameType.respond, id, head(200), [9]),
  "an enormous inline body": (id) =>
    frame(frameType.respond, id, head(200), [bodyKind.inline], new Uint8Array(200_000)),
  "a body that follows what is over": (id) => frame(frameType.respond, id, head(200), [bodyKind.stream], u32(5)),
  "the body of a subrequest that there is not": (id) =>
    frame(frameType.respond, id, head(200), [bodyKind.pass], u32(77)),
  "the end of an invocation without an answer": (id) => frame(frameType.done, id, u32(0)),
  "a piece of a body before the answer": (id) => frame(frameType.chunk, id, [1]),
  "the end of a body before the answer": (id) => frame(frameType.end, id),
  "a reset of a body before the answer": (id) => frame(frameType.reset, id, Buffer.from("why")),
  "room for more than a window": (id) => frame(frameType.window, id, u32(0xffff_ffff)),
  "half a window frame": (id) => frame(frameType.window, id, [1, 2]),
  "a code that is none": (id) => failing(id, "no_such_code"),
  "a code that is not the pool's to give": (id) => failing(id, "unauthorized"),
  "a name from Object.prototype as a code": (id) => failing(id, "constructor"),
  "a failure with an endless message": (id) => failing(id, "internal", "m".repeat(150_000)),
  "an unknown log level": (id) => frame(frameType.log, id, [4], Buffer.from("x")),
  "an endless log line": (id) => frame(frameType.log, id, [1], new Uint8Array(100_000)),
  "a subrequest of a subrequest": () => fetchOf(3, 5),
  "a subrequest of nobody": () => fetchOf(60_000, 5),
  "an unknown redirect mode": (id) => fetchOf(id, 3, "GET", "", none, 3),
  "a method that smuggles": (id) => fetchOf(id, 3, "GET / HTTP/1.1\r\nx: y\r\n\r\nGET"),
  "a tunnel": (id) => fetchOf(id, 3, "CONNECT"),
  "a subrequest's header with CR LF": (id) => fetchOf(id, 3, "GET", "x-a\n1\r\nx-b: 2"),
  "a subrequest with the body of nobody": (id) => fetchOf(id, 3, "POST", "", [bodyKind.pass, ...u32(9)]),
  "a subrequest's id twice": (id) => Buffer.concat([fetchOf(id, 3), fetchOf(id, 3)]),
  "a piece of an upload that there is not": (id) => Buffer.concat([fetchOf(id, 3), frame(frameType.chunk, 3, [1])]),
  "an answer for an id that never was": () => respond(60_000, 200),
  "an answer under the id 0": () => respond(0, 200),
  "a bundle that no request waits for": () => frame(frameType.need, 0, Buffer.from(`other@${"b".repeat(64)}`)),
  "a bundle by a path": () => frame(frameType.need, 0, Buffer.from("victim@../../../../etc/passwd")),
  "a refusal of what may not be refused": (id) => refusing(id),
  "two beginnings": (id) => Buffer.concat([begun(id), begun(id)]),
  "a beginning with something in it": (id) => frame(frameType.begun, id, [1]),
  "a beginning of nothing": () => begun(60_000),
  "a bundle of nothing": () => frame(frameType.need, 0),
};

describe("while a request waits, a front takes for forged:", () => {
  test.each(Object.entries(beforeAnswer))("%s", async (_, forge) => {
    const { reply, id } = await invoked();
    await pool.send(forge(id));
    await expect(reply).rejects.toMatchObject({ code: "pool_lost" });
    await pool.closed;
    expect(pool.forged).toHaveLength(1);
    expect(pool.bundlesRead).toEqual([]);
    expect(pool.link.load().room).toBe(0);
    await expect(pool.link.execute(new TestInvocation(fn))).rejects.toMatchObject({ code: "pool_lost" });
  });
});

/** The same of a request that the process may refuse. */
const beforeRefusal: Record<string, (id: number) => Uint8Array> = {
  "a refusal without a reason": (id) => refusing(id, 2),
  "a refusal that ends too early": (id) => frame(frameType.refuse, id, [0], [1, 2]),
  "a refusal with more behind it": (id) => refusing(id, 0, [1]),
  "a refusal after a log line": (id) =>
    Buffer.concat([frame(frameType.log, id, [1], Buffer.from("begun")), refusing(id)]),
  "a refusal after a subrequest": (id) => Buffer.concat([fetchOf(id, 3), refusing(id)]),
  "a refusal after a wish for the body": (id) => Buffer.concat([frame(frameType.window, id, u32(100)), refusing(id)]),
  "a refusal after the beginning": (id) => Buffer.concat([begun(id), refusing(id)]),
  "a refusal after the answer": (id) => Buffer.concat([respond(id, 200, 1), refusing(id)]),
};

describe("of a request that may be refused, a front takes for forged:", () => {
  test.each(Object.entries(beforeRefusal))("%s", async (_, forge) => {
    const { reply, id } = await invoked({}, 1, true);
    await pool.send(forge(id));
    await pool.closed;
    expect(pool.forged).toHaveLength(1);
    await reply.catch(() => undefined);
  });
});

test("a request that is refused has not been touched, and takes no room", async () => {
  let opened = false;
  const open = () => {
    opened = true;
    return Readable.from([]);
  };
  const { reply, id } = await invoked(
    { method: "POST", body: { kind: "stream", open, opened: () => opened } },
    1,
    true,
  );
  await pool.send(refusing(id));
  await expect(reply).rejects.toMatchObject({ name: "NotTaken", reason: "behind" });
  expect(opened).toBe(false);
  expect(pool.link.load()).toMatchObject({ inFlight: 0, others: 9 });
  expect(pool.forged).toEqual([]);
});

test("a refusal of what was given up meanwhile ends it", async () => {
  const { invocation, reply, id } = await invoked({}, 1, true);
  invocation.cancel(new IsletError("client_gone", "gone"));
  await expect(reply).rejects.toMatchObject({ code: "client_gone" });
  await pool.send(refusing(id));
  const next = await invoked({}, 2);
  await pool.send(respond(next.id, 204));
  expect((await next.reply).status).toBe(204);
  expect(pool.link.load()).toMatchObject({ inFlight: 0, notBegun: 0 });
});

test("a front knows which requests a process has not begun with", async () => {
  const waiting = await invoked();
  const answered = await invoked({}, 2);
  expect(pool.link.load()).toMatchObject({ inFlight: 2, notBegun: 2 });
  await pool.send(begun(waiting.id), respond(answered.id, 204));
  await answered.reply;
  expect(pool.link.load()).toMatchObject({ inFlight: 1, notBegun: 0 });
  expect(pool.begun).toBe(1);
  waiting.invocation.cancel(new IsletError("client_gone", "gone"));
  await expect(waiting.reply).rejects.toMatchObject({ code: "client_gone" });
  expect(pool.link.load()).toMatchObject({ inFlight: 0, notBegun: 0 });
});

/** The same while the answer's body streams. */
const duringBody: Record<string, (id: number) => Uint8Array[]> = {
  "a beginning after the answer": (id) => [begun(id)],
  "a second answer": (id) => [respond(id, 200)],
  "a piece without bytes": (id) => [frame(frameType.chunk, id)],
  "a piece that is too large": (id) => [frame(frameType.chunk, id, new Uint8Array(65_537))],
  "a piece after the end": (id) => [frame(frameType.end, id), frame(frameType.chunk, id, [1])],
  "two ends": (id) => [frame(frameType.end, id), frame(frameType.end, id)],
  "an end and a reset": (id) => [frame(frameType.end, id), frame(frameType.reset, id)],
  "an end with something in it": (id) => [frame(frameType.end, id, [1])],
  "the end of the invocation before that of the body": (id) => [frame(frameType.done, id, u32(0))],
};

describe("while an answer streams, a front takes for forged:", () => {
  test.each(Object.entries(duringBody))("%s", async (_, forge) => {
    const { reply, id } = await invoked();
    await pool.send(streaming(id));
    const { body } = await reply;
    const read = textOf(body as Readable).catch((error: unknown) => error);
    await pool.received(frameType.window);
    await pool.send(...forge(id));
    await pool.closed;
    expect(pool.forged).toHaveLength(1);
    await read;
  });

  test("more than was asked for", async () => {
    const { reply, id } = await invoked();
    await pool.send(streaming(id));
    const body = (await reply).body as Readable;
    // Begins to read, and takes nothing.
    body.on("readable", () => undefined);
    await pool.received(frameType.window);
    await pool.send(...Array.from({ length: 10 }, () => frame(frameType.chunk, id, new Uint8Array(65_536))));
    await pool.closed;
    expect(pool.forged).toEqual(["more body than granted"]);
  });

  test("a piece that nobody has asked for", async () => {
    const { reply, id } = await invoked();
    await pool.send(streaming(id), frame(frameType.chunk, id, [1]));
    await reply;
    await pool.closed;
    expect(pool.forged).toEqual(["more body than granted"]);
  });
});

test("nobody gets at another request's subrequest", async () => {
  const first = await invoked();
  const second = await invoked({}, 2);
  await pool.send(fetchOf(first.id, 3), frame(frameType.respond, second.id, head(200), [bodyKind.pass], u32(3)));
  await expect(second.reply).rejects.toMatchObject({ code: "pool_lost" });
  expect(pool.forged).toEqual(["an invocation can only pass on bodies of its own"]);
});

test("a request's body is handed out once", async () => {
  let opened = 0;
  const open = () => {
    opened++;
    return Readable.from([Buffer.from("secret")]);
  };
  const { reply, id } = await invoked({ method: "POST", body: { kind: "stream", open, opened: () => opened > 0 } });
  const passing = [bodyKind.pass, ...u32(id)];
  await pool.send(fetchOf(id, 3, "POST", "", passing), fetchOf(id, 5, "POST", "", passing));
  await pool.received(frameType.fetchFailed);
  await pool.send(frame(frameType.window, id, u32(1000)));
  await pool.received(frameType.reset);
  expect(opened).toBe(1);
  expect(pool.requests).toHaveLength(1);
  await pool.send(failing(id, "function_error"));
  await expect(reply).rejects.toMatchObject({ code: "function_error" });
  expect(pool.forged).toEqual([]);
});

test("a flood of log lines ends", async () => {
  const { invocation, id } = await invoked();
  const line = frame(frameType.log, id, [1], new Uint8Array(40_000).fill(97));
  await pool.send(...Array.from({ length: 500 }, () => line));
  await pool.closed;
  expect(pool.forged).toEqual(["an invocation logs more than it may"]);
  expect(invocation.lines.length).toBeLessThan(200);
});

test("a frame that does not come to its end is kept up to its bound only", async () => {
  const { reply } = await invoked();
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const claimed = Buffer.from([...u32(maxPoolFrameBytes), frameType.respond, 2, 0, 0, 0]);
  await pool.send(claimed);
  for (let i = 0; i < 100; i++) await pool.send(new Uint8Array(10_000));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  pool.stop();
  await expect(reply).rejects.toMatchObject({ code: "pool_lost" });
});

test("a bundle is sent once for each time that it is needed", async () => {
  await invoked();
  const need = frame(frameType.need, 0, Buffer.from(isolateKey(fn)));
  await pool.send(need);
  await pool.received(frameType.bundle);
  expect(pool.bundlesRead).toEqual([fn.versionId]);
  await pool.send(need, need);
  await pool.closed;
  expect(pool.forged).toEqual(["a bundle that no request waits for"]);
});

test("late frames about what the front has given up are no forgery", async () => {
  const { invocation, reply, id } = await invoked();
  await pool.send(fetchOf(id, 3));
  invocation.cancel(new IsletError("client_gone", "gone"));
  await expect(reply).rejects.toMatchObject({ code: "client_gone" });
  await pool.received(frameType.cancel);
  await pool.send(
    ...[frame(frameType.window, 3, u32(1000)), fetchOf(id, 5), frame(frameType.log, id, [1], Buffer.from("late"))],
    ...[streaming(id), frame(frameType.chunk, id, [1]), frame(frameType.done, id, u32(0))],
    ...[frame(frameType.done, id, u32(0)), frame(frameType.stop, 3), frame(frameType.cancel, 5)],
  );
  const next = await invoked({}, 2);
  await pool.send(respond(next.id, 204));
  expect((await next.reply).status).toBe(204);
  expect(invocation.lines).toEqual([["info", "late"]]);
  expect(pool.forged).toEqual([]);
});

test("ids of exchanges are never 0, however many there were", () => {
  const table = new ExchangeTable();
  const ids = new Set<number>();
  for (let i = 0; i < 70_000; i++) {
    const exchange = table.add((id) => ({ id }) as Exchange);
    if (!exchange) throw new Error("no room");
    ids.add(exchange.id);
    table.delete(exchange);
  }
  expect(ids.has(0)).toBe(false);
  expect(ids.size).toBeGreaterThan(65_000);
});
