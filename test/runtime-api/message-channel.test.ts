import { expect, it } from "vitest";
import { guest } from "./guest.ts";

const next = `const next = (port) => new Promise((resolve) => { port.onmessage = resolve; });`;

it("carries copies, in order, each in a task of its own", async () => {
  const { run } = await guest();
  const code = `
    const { port1, port2 } = new MessageChannel();
    const seen = [];
    const all = new Promise((resolve) => {
      port2.onmessage = ({ data, isTrusted, ports, target }) => {
        seen.push(data.n, isTrusted, ports.length, target === port2, Object.isFrozen(ports));
        Promise.resolve().then(() => seen.push("microtask"));
        if (data.n === 2) setTimeout(resolve, 0);
      };
    });
    const message = { n: 1 };
    port1.postMessage(message);
    message.n = 2;
    port1.postMessage(message);
    seen.push("posted");
    await all;
    return seen;`;
  const event = (n: number) => [n, true, 0, true, true, "microtask"];
  expect(await run(code)).toEqual(["posted", ...event(1), ...event(2)]);
});

it("waits for start(), which a handler brings with it and a listener does not", async () => {
  const { run } = await guest();
  const code = `
    const { port1, port2 } = new MessageChannel();
    const seen = [];
    port2.addEventListener("message", ({ data }) => seen.push(data));
    port1.postMessage(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push("started");
    port2.start();
    await new Promise((resolve) => port2.addEventListener("message", resolve));
    return seen;`;
  expect(await run(code)).toEqual(["started", 1]);
});

it("transfers ports with what waits in them, and buffers, and streams", async () => {
  const { run } = await guest();
  const code = `${next}
    const outer = new MessageChannel(), inner = new MessageChannel();
    inner.port1.postMessage("before");
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    const stream = new ReadableStream({ start(c) { c.enqueue({ n: 1 }); c.enqueue({ n: 2 }); c.close(); } });
    outer.port1.postMessage({ buffer, stream, port: inner.port2 }, [inner.port2, buffer, stream]);
    const { data, ports } = await next(outer.port2);
    const chunks = [];
    for await (const { n } of data.stream) chunks.push(n);
    return [data.port === ports[0], data.buffer.byteLength, buffer.detached, chunks, stream.locked, (await next(ports[0])).data];`;
  expect(await run(code)).toEqual([true, 3, true, [1, 2], true, "before"]);
});

it("tells the other side of close(), after what was sent before", async () => {
  const { run } = await guest();
  const code = `
    const { port1, port2 } = new MessageChannel();
    const seen = [];
    const closed = new Promise((resolve) => { port2.onclose = () => resolve(seen.push("close")); });
    port2.onmessage = ({ data }) => seen.push(data);
    port1.postMessage("last");
    port1.close();
    port1.postMessage("lost");
    port2.postMessage("lost");
    await closed;
    return seen;`;
  expect(await run(code)).toEqual(["last", "close"]);
});

it("refuses what cannot be sent", async () => {
  const { run } = await guest();
  const code = `
    const { port1, port2 } = new MessageChannel();
    const closed = new MessageChannel().port1;
    closed.close();
    const tries = [
      () => port1.postMessage(() => 1),
      () => port1.postMessage(port2),
      () => port1.postMessage(1, [port1]),
      () => port1.postMessage(1, [port2, port2]),
      () => port1.postMessage(1, [closed]),
      () => port1.postMessage(1, { transfer: [{}] }),
      () => port1.postMessage(1, [new Blob([])]),
      () => port1.postMessage(),
      () => new MessagePort(),
      () => new MessageEvent("message", { ports: [1] }),
    ];
    return tries.map((it) => { try { it(); return "nothing"; } catch (error) { return error.name; } });`;
  expect(await run(code)).toEqual([
    ...Array.from({ length: 7 }, () => "DataCloneError"),
    "TypeError",
    "TypeError",
    "TypeError",
  ]);
});

it("makes message events as they are described", async () => {
  const { run } = await guest();
  const code = `
    const { port1 } = new MessageChannel();
    const event = new MessageEvent("message", { data: 5, origin: "o", lastEventId: "i", source: port1, ports: [port1] });
    const first = [event.data, event.origin, event.lastEventId, event.source === port1, event.ports[0] === port1, event.ports === event.ports];
    event.initMessageEvent("other", true, false, 6, "p", "j", null, []);
    return [...first, event.type, event.bubbles, event.data, event.origin, event.lastEventId, event.source, event.ports.length];`;
  expect(await run(code)).toEqual([5, "o", "i", true, true, true, "other", true, 6, "p", "j", null, 0]);
});

it("moves writable and transform streams, and brings back how they end", async () => {
  const { run } = await guest();
  const code = `
    const written = [];
    const sink = new WritableStream({ write(chunk) { written.push(chunk); }, close() { written.push("closed"); } });
    const moved = structuredClone(sink, { transfer: [sink] }).getWriter();
    await moved.write({ n: 1 });
    await moved.close();
    const doubling = new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2); } });
    const there = structuredClone(doubling, { transfer: [doubling] });
    const writer = there.writable.getWriter();
    const wrote = writer.write(21).then(() => writer.close());
    const doubled = [];
    for await (const chunk of there.readable) doubled.push(chunk);
    await wrote;
    const broken = new ReadableStream({ pull() { throw new RangeError("broke"); } });
    const error = await structuredClone(broken, { transfer: [broken] }).getReader().read().catch((e) => e);
    const bad = new ReadableStream({ start(c) { c.enqueue(() => 1); } });
    const uncloned = await structuredClone(bad, { transfer: [bad] }).getReader().read().catch((e) => e.name);
    return [written, doubled, error.name, error.message, uncloned];`;
  expect(await run(code)).toEqual([[{ n: 1 }, "closed"], [42], "RangeError", "broke", "DataCloneError"]);
});
