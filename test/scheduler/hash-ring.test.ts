import { expect, test } from "vitest";
import { HashRing, hashOf } from "../../src/scheduler/hash-ring.ts";

const ringOf = (count: number) => new HashRing(Array.from({ length: count }, (_, place) => ({ place })));
const hashes = Array.from({ length: 10_000 }, (_, i) => hashOf(`function-${i}@${i * 7919}`));
const homes = (count: number) => {
  const ring = ringOf(count);
  return hashes.map((hash) => ring.order(hash, 1)[0]?.place as number);
};

test("every place is in the order once", () => {
  const order = ringOf(7).order(hashOf("f@1"), 7);
  expect(order.map(({ place }) => place).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("a shorter order is the beginning of a longer one", () => {
  const ring = ringOf(20);
  for (const hash of hashes.slice(0, 100)) expect(ring.order(hash, 9).slice(0, 4)).toEqual(ring.order(hash, 4));
});

test("homes are spread evenly", () => {
  const counts = new Array<number>(8).fill(0);
  for (const home of homes(8)) counts[home] = (counts[home] ?? 0) + 1;
  for (const count of counts) expect(Math.abs(count - hashes.length / 8)).toBeLessThan(hashes.length / 8 / 5);
});

test("a new place takes its share and moves nothing else", () => {
  const [before, after] = [homes(4), homes(5)];
  const moved = after.filter((home, i) => home !== before[i]);
  expect(moved.every((home) => home === 4)).toBe(true);
  expect(Math.abs(moved.length - hashes.length / 5)).toBeLessThan(hashes.length / 5 / 5);
});

test("the second choice is spread evenly too", () => {
  const ring = ringOf(3);
  const orders = hashes.map((hash) => ring.order(hash, 2)).filter((order) => order[0]?.place === 0);
  const ones = orders.filter((order) => order[1]?.place === 1).length;
  expect(Math.abs(ones - orders.length / 2)).toBeLessThan(orders.length / 8);
});

test("without places there is no order", () => {
  expect(ringOf(0).order(1, 3)).toEqual([]);
});
