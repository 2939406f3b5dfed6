import { beforeEach, expect, test } from "vitest";
import { ContainerLines } from "../../src/scheduler/container-lines.ts";

const group = "container:f@1";
const crowd = { waiting: 0, ready: 1, concurrency: 4, containers: 1 };
let lines: ContainerLines;
beforeEach(() => {
  lines = new ContainerLines();
});

function learn(tookMs: (others: number) => number): void {
  for (let i = 0; i < 40; i++) lines.answered(group, i % 4, tookMs(i % 4));
}

test("while nobody knows how long requests take, another container is started at once", () => {
  expect(lines.patienceMs(group, crowd)).toBe(0);
  for (let i = 0; i < 7; i++) lines.answered(group, 0, 1);
  expect(lines.patienceMs(group, crowd)).toBe(0);
  expect(lines.expectedWaitMs(group, crowd)).toBeNull();
});

test("requests that will soon have room wait for it, as long as a start takes", () => {
  learn(() => 8);
  for (let i = 0; i < 10; i++) lines.started(group, 1, 300);
  expect(lines.expectedWaitMs(group, crowd)).toBeCloseTo(2, 1);
  const patienceMs = lines.patienceMs(group, crowd);
  expect(patienceMs).toBeGreaterThan(250);
  expect(patienceMs).toBeLessThan(450);
});

test("a start that is no slower than to wait is made at once: many wait, or requests take long", () => {
  learn(() => 8);
  expect(lines.patienceMs(group, { ...crowd, waiting: 1_000 })).toBe(0);
  expect(lines.patienceMs(group, { ...crowd, waiting: 1_000, ready: 20 })).toBeGreaterThan(0);
  learn((others) => 400 * (others + 1));
  learn((others) => 400 * (others + 1));
  expect(lines.patienceMs(group, { ...crowd, waiting: 4 })).toBe(0);
});

test("both lines can be seen, with what they were learnt from", () => {
  expect(lines.view(group)).toEqual({ lines: null, observations: [] });
  learn((others) => 10 + 2 * others);
  lines.started(group, 3, 350);
  const { lines: seen, observations } = lines.view(group);
  expect(seen?.balancing.slopeMs).toBeGreaterThan(1);
  expect(seen?.balancing.interceptMs).toBeCloseTo(10, -1);
  expect(observations.at(-1)).toEqual({ cold: true, inFlight: 3, tookMs: 350 });
});
