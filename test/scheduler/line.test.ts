import { expect, test } from "vitest";
import { Line } from "../../src/scheduler/line.ts";

const prior = { slope: 0, intercept: 1, weight: 1 };

test("before anything was seen it is the prior", () => {
  const line = new Line({ slope: 0.5, intercept: 10, weight: 1 });
  expect([line.at(0), line.at(4), line.count]).toEqual([10, 12, 0]);
});

test("the first observation counts as much as the prior, a few leave nothing of it", () => {
  const line = new Line({ slope: 0, intercept: 10, weight: 1 });
  line.observe(0, 100);
  expect(line.intercept).toBeCloseTo(55, 0);
  for (let i = 0; i < 50; i++) line.observe(0, 100);
  expect(line.intercept).toBeGreaterThan(97);
});

test("a shift of the load is followed within a memory's length", () => {
  const line = new Line(prior);
  for (let i = 0; i < 500; i++) line.observe(i % 10, 2 + 0.1 * (i % 10));
  for (let i = 0; i < 120; i++) line.observe(i % 10, 40 + 5 * (i % 10));
  expect(line.at(0)).toBeGreaterThan(30);
  expect(line.at(9)).toBeGreaterThan(70);
  expect(line.at(9)).toBeLessThan(100);
});

test("time that falls with load gives a flat line through what is seen", () => {
  const line = new Line(prior);
  for (let i = 0; i < 400; i++) line.observe(i % 10, 50 - (i % 10));
  expect(line.slope).toBe(0);
  expect(line.intercept).toBeGreaterThan(43);
  expect(line.intercept).toBeLessThan(48);
});
