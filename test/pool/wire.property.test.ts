import type { Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type FrameType, frameType, headerBytes, WireError } from "../../src/pool/wire/frames.ts";
import { type Frame, FrameReader } from "../../src/pool/wire/reader.ts";
import { FrameWriter } from "../../src/pool/wire/writer.ts";

const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
const bytes = fc.uint8Array({ maxLength: 300 });

/** One field of a frame: how it is written and how it is read. */
const field = fc.oneof(
  fc.nat(255).map((value) => ({ kind: "u8" as const, value })),
  fc.nat(65_535).map((value) => ({ kind: "u16" as const, value })),
  fc.nat(0xffff_ffff).map((value) => ({ kind: "u32" as const, value })),
  latin1.map((value) => ({ kind: "latin1" as const, value })),
  fc.string({ unit: "grapheme" }).map((value) => ({ kind: "utf8" as const, value })),
);
const frames = fc.array(
  fc.record({
    type: fc.constantFrom(...Object.values(frameType)),
    id: fc.nat(0xffff_ffff),
    fields: fc.array(field, { maxLength: 6 }),
    rest: bytes,
  }),
  { maxLength: 8 },
);
type Written = typeof frames extends fc.Arbitrary<infer Value> ? Value : never;

/** What a writer gives its socket. */
function written(all: Written): Buffer {
  const pieces: Buffer[] = [];
  const socket = { destroyed: false, writableLength: 0, write: (piece: Buffer) => pieces.push(Buffer.from(piece)) };
  const writer = new FrameWriter(socket as unknown as Socket);
  for (const { type, id, fields, rest } of all) {
    writer.begin(type as FrameType, id);
    for (const { kind, value } of fields) {
      if (kind === "latin1" || kind === "utf8") writer[kind](value);
      else writer[kind](value);
    }
    writer.rest(rest).finish();
  }
  writer.flush();
  return Buffer.concat(pieces);
}

/** The stream in pieces of the given sizes, in turn, each in a buffer that is used again. */
function push(reader: FrameReader, stream: Buffer, sizes: readonly number[]): void {
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    const piece = Buffer.from(stream.subarray(at, at + size));
    reader.push(piece);
    piece.fill(0xee);
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });

test("whatever is written is read, however the stream is cut", () => {
  fc.assert(
    fc.property(frames, sizes, (all, cuts) => {
      const seen: unknown[] = [];
      let next = 0;
      const reader = new FrameReader((frame) => {
        const fields = all[next++]?.fields ?? [];
        const values = fields.map(({ kind }) => ({ kind, value: frame[kind]() }));
        seen.push({ type: frame.type, id: frame.id, fields: values, rest: Uint8Array.from(frame.rest()) });
        frame.end();
      });
      push(reader, written(all), cuts);
      expect(seen).toEqual(all);
    }),
  );
});

const readings: ((frame: Frame) => unknown)[] = [
  (frame) => frame.u8(),
  (frame) => frame.u16(),
  (frame) => frame.u32(),
  (frame) => frame.latin1(),
  (frame) => frame.utf8(),
  (frame) => frame.utf8Rest(),
  (frame) => frame.latin1Rest(),
  (frame) => frame.rest(),
  (frame) => frame.restView(),
  (frame) => frame.end(),
];
/** Bytes of which many are small numbers, so that some lengths make sense. */
const anything = fc
  .array(
    fc.oneof(
      fc.constant([0, 0, 0]),
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(30).map((length) => [length, 0, 0, 0]),
    ),
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));

test("any bytes are frames or a WireError, and no field reaches past its frame", () => {
  fc.assert(
    fc.property(anything, sizes, fc.array(fc.constantFrom(...readings)), (stream, cuts, fields) => {
      let consumed = 0;
      const reader = new FrameReader((frame) => {
        const length = frame.remaining;
        consumed += length + headerBytes;
        for (const read of fields) {
          const value = read(frame);
          if (typeof value === "string" || value instanceof Uint8Array)
            expect(value.length).toBeLessThanOrEqual(length);
        }
      }, 1_000);
      try {
        push(reader, stream, cuts);
        expect(consumed).toBeLessThanOrEqual(stream.length);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 1_000 },
  );
});
