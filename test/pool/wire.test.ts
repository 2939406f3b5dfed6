import { connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Connection } from "../../src/pool/wire/connection.ts";
import { frameType, maxFrameBytes, WireError } from "../../src/pool/wire/frames.ts";
import { type Frame, FrameReader } from "../../src/pool/wire/reader.ts";
import { FrameWriter } from "../../src/pool/wire/writer.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const client = connect(address.port, "127.0.0.1");
  const other = await accepted;
  closers.push(() => {
    client.destroy();
    other.destroy();
    server.close();
  });
  return [client, other];
}

/** The bytes of one frame with a number, two texts and a rest. */
function frameBytes(id: number, text: string, rest: Uint8Array): Buffer {
  const head = Buffer.alloc(9 + 4 + 4 + Buffer.byteLength(text) + 2);
  let at = 0;
  at = head.writeUInt32LE(head.length - 4 + rest.byteLength, at);
  at = head.writeUInt8(frameType.chunk, at);
  at = head.writeUInt32LE(id, at);
  at = head.writeUInt32LE(7, at);
  at = head.writeUInt32LE(Buffer.byteLength(text), at);
  at += head.write(text, at);
  head.writeUInt16LE(0xabcd, at);
  return Buffer.concat([head, rest]);
}

const read = (frame: Frame) => [frame.id, frame.u32(), frame.utf8(), frame.u16(), new Uint8Array(frame.rest())];

test("frames come out of any cut of the byte stream as they went in", () => {
  const frames = [
    frameBytes(1, "", new Uint8Array(0)),
    frameBytes(2, "grüße", new Uint8Array([1, 2, 3])),
    frameBytes(4, "x".repeat(300), new Uint8Array(500).fill(9)),
  ];
  const all = Buffer.concat(frames);
  for (let size = 1; size <= all.length; size += size < 40 ? 1 : 37) {
    const seen: unknown[] = [];
    const reader = new FrameReader((frame) => seen.push(read(frame)));
    for (let at = 0; at < all.length; at += size) {
      // The caller's buffer is used again for the next read.
      const piece = Buffer.from(all.subarray(at, at + size));
      reader.push(piece);
      piece.fill(0xff);
    }
    expect(seen).toEqual([
      [1, 7, "", 0xabcd, new Uint8Array(0)],
      [2, 7, "grüße", 0xabcd, new Uint8Array([1, 2, 3])],
      [4, 7, "x".repeat(300), 0xabcd, new Uint8Array(500).fill(9)],
    ]);
  }
});

test("a field past the frame's end is refused", () => {
  const bytes = frameBytes(1, "abc", new Uint8Array(0));
  bytes.writeUInt32LE(0xffff_fff0, 13);
  expect(() => new FrameReader(read).push(bytes)).toThrow(WireError);
});

test.each([0, 4, maxFrameBytes + 1, 0xffff_ffff])("a frame cannot be %d bytes long", (length) => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(length);
  expect(() => new FrameReader(() => undefined).push(bytes)).toThrow(WireError);
});

test("what is written arrives, in order, however much it is", async () => {
  const [from, to] = await socketPair();
  const writer = new FrameWriter(from);
  const rests = [0, 1, 100, 70_000, 300_000, 5].map((size, i) => new Uint8Array(size).fill(i));
  const seen: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    const reader = new FrameReader((frame) => {
      seen.push([frame.type, frame.id, frame.u8(), frame.latin1(), frame.utf8(), Buffer.from(frame.rest())]);
      if (seen.length === rests.length) resolve();
    });
    to.on("data", (data: Buffer) => reader.push(data));
  });
  rests.forEach((rest, i) => {
    writer.begin(frameType.respond, i).u8(i).latin1(`caf\u00e9 ${i}`).utf8(`☃ ${i}`).rest(rest).finish();
  });
  await all;
  expect(seen).toEqual(
    rests.map((rest, i) => [frameType.respond, i, i, `caf\u00e9 ${i}`, `☃ ${i}`, Buffer.from(rest)]),
  );
});

test("the frames of each turn are sent together, sixteen at a time", async () => {
  const writes: number[] = [];
  const connection: Connection = {
    writableLength: 0,
    destroyed: false,
    write: (bytes) => {
      let frames = 0;
      new FrameReader(() => frames++).push(Buffer.from(bytes));
      writes.push(frames);
    },
    end: () => undefined,
    destroy: () => undefined,
    on: () => undefined,
  };
  const writer = new FrameWriter(connection);
  for (const frames of [40, 3, 16, 20]) {
    for (let i = 0; i < frames; i++) writer.begin(frameType.begun, i).finish();
    await setImmediate();
  }
  expect(writes).toEqual([16, 16, 8, 3, 16, 16, 4]);
});
