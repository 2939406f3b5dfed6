import { brotliCompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { guest } from "./guest.ts";

const whole = `
  const bytesOf = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
  const through = (pair, ...chunks) => {
    const writer = pair.writable.getWriter();
    const written = Promise.all([...chunks.map((chunk) => writer.write(chunk)), writer.close()]);
    written.catch(() => {});
    return bytesOf(pair.readable);
  };
  const textOf = (bytes) => new TextDecoder().decode(bytes);
  const failure = (promise) => promise.then((value) => "gave " + value, (error) => error.name);`;

const formats = {
  gzip: gzipSync,
  deflate: deflateSync,
  "deflate-raw": deflateRawSync,
  brotli: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;

it("expands what it has compressed, in each format and any pieces", async () => {
  const { run } = await guest();
  const code = `${whole}
    const text = "a text that says the same again and again. ".repeat(5000);
    const bytes = new TextEncoder().encode(text);
    const results = {};
    for (const format of ${JSON.stringify(Object.keys(formats))}) {
      const packed = await through(new CompressionStream(format), bytes.subarray(0, 10), bytes.subarray(10).slice().buffer);
      const halves = [packed.subarray(0, 7), packed.subarray(7)];
      results[format] = packed.length < 3000 && textOf(await through(new DecompressionStream(format), ...halves)) === text;
    }
    return results;`;
  expect(await run(code)).toEqual(Object.fromEntries(Object.keys(formats).map((format) => [format, true])));
});

it("speaks the formats that others speak", async () => {
  const { run } = await guest();
  const packed = (await run(
    `${whole} return [...await through(new CompressionStream("gzip"), new TextEncoder().encode("hello"))]`,
  )) as number[];
  expect(gunzipSync(Uint8Array.from(packed)).toString()).toBe("hello");
  for (const [format, compress] of Object.entries(formats)) {
    const code = `${whole} return textOf(await through(new DecompressionStream("${format}"), Uint8Array.from(${JSON.stringify([...compress("hi")])})));`;
    expect(await run(code)).toBe("hi");
  }
});

it("breaks with a TypeError for bytes that are bad, cut off or too many", async () => {
  const { run } = await guest();
  for (const [format, compress] of Object.entries(formats)) {
    const good = JSON.stringify([...compress("hello")]);
    const code = `${whole}
      const good = ${good};
      const given = (...bytes) => failure(through(new DecompressionStream("${format}"), Uint8Array.from(bytes)));
      return [await given(1, 2, 3, 4, 5, 6, 7, 8), await given(...good.slice(0, -1)), await given(...good, 0), await given()];`;
    expect([format, await run(code)]).toEqual([format, ["TypeError", "TypeError", "TypeError", "TypeError"]]);
  }
});

it("takes bytes only, and formats that there are", async () => {
  const { run } = await guest();
  const code = `${whole}
    const refused = [];
    for (const chunk of [undefined, null, 3, "text", [1], {}]) refused.push(await failure(through(new CompressionStream("gzip"), chunk)));
    for (const format of ["gzip ", "lzma", ""]) try { new CompressionStream(format); } catch (error) { refused.push(error.name); }
    return refused;`;
  expect(await run(code)).toEqual(Array.from({ length: 9 }, () => "TypeError"));
});

it("expands no further than is read", async () => {
  const { run, host } = await guest();
  const bomb = JSON.stringify([...gzipSync(Buffer.alloc(32 * 1024 * 1024))]);
  const code = `
    const { readable, writable } = new DecompressionStream("gzip");
    const writer = writable.getWriter();
    const written = writer.write(Uint8Array.from(${bomb})).then(() => "written", (reason) => reason);
    const reader = readable.getReader();
    let length = 0;
    while (length < 200_000) length += (await reader.read()).value.length;
    await new Promise((resolve) => setTimeout(resolve, 0));
    await reader.cancel("enough");
    return [length < 1_000_000, await written, await writer.closed.catch((reason) => reason)];`;
  expect(await run(code)).toEqual([true, "enough", "enough"]);
  expect(host.calls.filter((name) => name === "code").length).toBeLessThan(20);
  expect(host.calls).toContain("closeCodec");
});

it("stops at abort(), also while a piece waits for its reader", async () => {
  const { run } = await guest();
  const code = `${whole}
    const { readable, writable } = new CompressionStream("deflate");
    const writer = writable.getWriter();
    const written = writer.write(new Uint8Array(10)).catch((reason) => reason);
    await writer.abort("stop");
    return [await written, await readable.getReader().read().catch((reason) => reason)];`;
  expect(await run(code)).toEqual(["stop", "stop"]);
});

it("opens nothing on the host before the first write, and only so much at once", async () => {
  const { run, host } = await guest();
  await run(`new CompressionStream("gzip"); new DecompressionStream("brotli");`);
  expect(host.calls).not.toContain("openCodec");
  const code = `${whole}
    const open = [];
    for (let i = 0; i < 8; i++) {
      const { readable, writable } = new DecompressionStream("brotli");
      readable.getReader().read().catch(() => {});
      open.push(failure(writable.getWriter().write(new Uint8Array([0x0b]))));
    }
    return await Promise.all(open);`;
  const opened = (await run(code)) as string[];
  expect(new Set(opened)).toEqual(new Set(["gave undefined", "RangeError"]));
});
