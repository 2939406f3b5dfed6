import { describe, expect, test } from "vitest";
import { blameBytes, decodeBlame, encodeBlame } from "../../src/core/blame-mark.ts";

const key = `${"a".repeat(63)}@${"0".repeat(64)}`;

describe("the blame mark", () => {
  test("keeps a key of the greatest length, in a record of fixed size", () => {
    expect(encodeBlame(key)).toHaveLength(blameBytes);
    expect(decodeBlame(encodeBlame(key))).toBe(key);
  });

  test("keeps no trace of a longer key before", () => {
    const record = encodeBlame(key);
    record.set(encodeBlame("b@1"));
    expect(decodeBlame(record)).toBe("b@1");
  });

  test("is all zero for none", () => {
    expect(encodeBlame(null)).toEqual(new Uint8Array(blameBytes));
    expect(decodeBlame(encodeBlame(null))).toBeNull();
  });

  test("is nothing when it is malformed", () => {
    expect(decodeBlame(new Uint8Array(3))).toBeNull();
    expect(decodeBlame(new Uint8Array(blameBytes).fill(255))).toBeNull();
    expect(decodeBlame(Uint8Array.of(2, 0, 10, 13, ...new Uint8Array(252)))).toBeNull();
  });

  test("refuses what is not an isolate key", () => {
    expect(() => encodeBlame("a".repeat(blameBytes))).toThrow(RangeError);
    expect(() => encodeBlame("ü@1")).toThrow(RangeError);
    expect(() => encodeBlame("")).toThrow(RangeError);
  });
});
