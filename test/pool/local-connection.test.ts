import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { localPair } from "../../src/pool/local-connection.ts";
import { chunkBytes, frameType } from "../../src/pool/wire/frames.ts";
import { FrameReader } from "../../src/pool/wire/reader.ts";
import { BodySource } from "../../src/pool/wire/source.ts";
import { FrameWriter } from "../../src/pool/wire/writer.ts";

test("what is written comes in its order, before the end, and not within the write", async () => {
  const [one, other] = localPair();
  const received: number[] = [];
  other.on("data", (data) => received.push(...data));
  const closed = new Promise<void>((resolve) => other.on("close", resolve));
  const memory = Buffer.alloc(1);
  for (let n = 0; n < 100; n++) {
    memory[0] = n;
    one.write(memory);
    expect(received).not.toContain(n);
    // Past what may come in one turn of the loop.
    if (n % 3 === 0) await new Promise<void>((resolve) => process.nextTick(resolve));
    if (n === 50) await turn();
  }
  one.end();
  await closed;
  expect(received).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("ends that answer each other at once leave others their turn", async () => {
  const ends = localPair();
  let answers = 0;
  for (const end of ends) {
    end.on("data", (data) => {
      if (++answers < 10_000) end.write(data);
    });
  }
  ends[0].write(Buffer.alloc(1));
  await turn();
  await turn();
  expect(answers).toBeLessThan(100);
});

test("of a body, no more than a chunk is under way at a time: all others wait for what one turn of the loop brings", async () => {
  const [front, pool] = localPair();
  const granted: number[] = [];
  const reader = new FrameReader((frame) => {
    if (frame.type === frameType.window) granted.push(frame.u32());
  });
  pool.on("data", (data) => reader.push(data));
  const source = new BodySource(new FrameWriter(front), 2, () => undefined);
  source.pull();
  source.pull();
  await turn();
  await turn();
  expect(granted).toEqual([chunkBytes]);
  source.chunk(new Uint8Array(chunkBytes));
  source.pull();
  await turn();
  await turn();
  expect(granted).toEqual([chunkBytes, chunkBytes]);
});

test("one that is destroyed says why, the other only closes, and nothing comes any more", async () => {
  const [one, other] = localPair();
  other.on("data", () => expect.unreachable());
  one.write(Buffer.alloc(1));
  const told = new Promise<Error>((resolve) => one.on("error", resolve));
  const closed = new Promise<void>((resolve) => other.on("close", resolve));
  one.destroy(new Error("broken"));
  await closed;
  expect((await told).message).toBe("broken");
});
