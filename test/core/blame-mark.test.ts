import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  blameBytes,
  decodeBlame,
  decodeThreads,
  encodeBlame,
  encodeThreads,
  threadsBytes,
} from "../../src/core/blame-mark.ts";

const key = `${"a".repeat(63)}@${"0".repeat(64)}`;
const blame = { key, allowanceMs: 60_010, entries: 4_000_000_000 };

describe("the blame mark", () => {
  test("keeps a key of the greatest length, in a record of fixed size", () => {
    expect(encodeBlame(blame)).toHaveLength(blameBytes);
    expect(decodeBlame(encodeBlame(blame))).toEqual(blame);
  });

  test("keeps no trace of a longer key before", () => {
    const record = encodeBlame(blame);
    const next = { key: "b@1", allowanceMs: 1, entries: 2 };
    record.set(encodeBlame(next));
    expect(decodeBlame(record)).toEqual(next);
  });

  test("is all zero for none", () => {
    expect(encodeBlame(null)).toEqual(new Uint8Array(blameBytes));
    expect(decodeBlame(encodeBlame(null))).toBeNull();
  });

  test("is nothing when it is malformed", () => {
    expect(decodeBlame(new Uint8Array(3))).toBeNull();
    expect(decodeBlame(new Uint8Array(blameBytes).fill(255))).toBeNull();
    expect(decodeBlame(Uint8Array.of(2, 0, 0, 0, 0, 0, 10, 13, ...new Uint8Array(248)))).toBeNull();
  });

  test("refuses what is not an isolate key", () => {
    for (const wrong of ["a".repeat(blameBytes), "ü@1", ""]) {
      expect(() => encodeBlame({ key: wrong, allowanceMs: 1, entries: 1 })).toThrow(RangeError);
    }
  });
});

describe("what runs on threads", () => {
  test("is read as it was written", () => {
    expect(decodeThreads(encodeThreads(["a@1", "b@2"]))).toEqual(["a@1", "b@2"]);
    expect(decodeThreads(encodeThreads([]))).toEqual([]);
  });

  test("is the last ones when there are too many", () => {
    const keys = Array.from({ length: 100 }, (_, i) => `${"f".repeat(63)}@${String(i).padStart(64, "0")}`);
    expect(decodeThreads(encodeThreads(keys))).toEqual(keys.slice(-8));
  });

  test("is nothing where the note is none", () => {
    expect(decodeThreads(new Uint8Array(0))).toEqual([]);
    expect(decodeThreads(randomBytes(threadsBytes)).every((key) => /^[\x21-\x7e]+$/.test(key))).toBe(true);
  });
});
