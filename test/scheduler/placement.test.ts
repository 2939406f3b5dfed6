import { expect, test } from "vitest";
import { preferenceOrder } from "../../src/scheduler/placement.ts";

const places = (count: number) => Array.from({ length: count }, (_, place) => ({ place }));
const keys = Array.from({ length: 10_000 }, (_, i) => `function-${i}@${i * 7919}`);
const home = (key: string, count: number) => preferenceOrder(key, places(count))[0]?.place as number;

test("every place is in the order once", () => {
  const order = preferenceOrder("f@1", places(7)).map(({ place }) => place);
  expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("homes are spread evenly", () => {
  const counts = new Array<number>(8).fill(0);
  for (const key of keys) counts[home(key, 8)] = (counts[home(key, 8)] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - keys.length / 8)).toBeLessThan(keys.length / 8 / 5);
});

test("a new place takes its share and moves nothing else", () => {
  const moved = keys.filter((key) => home(key, 4) !== home(key, 5));
  expect(moved.every((key) => home(key, 5) === 4)).toBe(true);
  expect(Math.abs(moved.length - keys.length / 5)).toBeLessThan(keys.length / 5 / 5);
});

test("the second choice is spread evenly too", () => {
  const second = keys.map((key) => preferenceOrder(key, places(3))).filter((order) => order[0]?.place === 0);
  const ones = second.filter((order) => order[1]?.place === 1).length;
  expect(Math.abs(ones - second.length / 2)).toBeLessThan(second.length / 8);
});
