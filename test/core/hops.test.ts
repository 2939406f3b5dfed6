import { expect, test } from "vitest";
import { hopsIn, hopsOf } from "../../src/core/hops.ts";

test.each([
  [undefined, 0],
  ["", 0],
  ["3", 3],
  ["3, 12", 12],
  [["3", "1"], 3],
  ["-1", 0],
  ["1e9", 0],
  ["nonsense, 2", 2],
  ["9".repeat(400), Number.POSITIVE_INFINITY],
])("hopsIn(%j) is %j", (field, hops) => expect(hopsIn(field)).toBe(hops));

test("fields are found by any spelling, and by their names only", () => {
  expect(hopsOf("")).toBe(0);
  expect(hopsOf("a\n1\nIslet-Hops\n4\nb\n2")).toBe(4);
  expect(hopsOf("islet-hops\n4\nislet-hops\n5")).toBe(5);
  expect(hopsOf("a\nislet-hops\nb\n7")).toBe(0);
});
