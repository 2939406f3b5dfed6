import { describe, expect, test } from "vitest";
import { median, quantile, spread } from "../../bench/statistics.ts";

describe("median", () => {
  test("is the middle of an odd count", () => expect(median([9, 1, 5])).toBe(5));
  test("is the mean of the two in the middle of an even count", () => expect(median([4, 1, 3, 2])).toBe(2.5));
  test("of nothing is no number", () => expect(median([])).toBeNaN());
});

describe("quantile", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])("%d of 1 to 100 is %d", (share, value) => expect(quantile(hundred, share)).toBe(value));
});

test("spread has median, least and most", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});
