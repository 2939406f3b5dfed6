import { expect, test } from "vitest";
import { defaultLimits } from "../../src/core/limits.ts";
import { Lanes } from "../../src/pool/lanes.ts";

const limits = { ...defaultLimits, cpuMs: 50 };
const key = "f@1";

test("a version that holds the main thread for a good part of the time is entered on threads", () => {
  const lanes = new Lanes();
  let moved = false;
  for (let atMs = 0; atMs < 10_000 && !moved; atMs += 1_000) moved = lanes.slow(key, 30, atMs);
  expect(moved).toBe(true);
  expect(lanes.laneOf(key, limits)).toBe("thread");
  expect(lanes.laneOf("g@1", limits)).toBe("main");
});

test("a few slow entries a minute move nothing, for however long", () => {
  const lanes = new Lanes();
  for (let atMs = 0; atMs < 3_600_000; atMs += 5_000) expect(lanes.slow(key, 40, atMs)).toBe(false);
  expect(lanes.laneOf(key, limits)).toBe("main");
});

test("what was ended for computing too long, and what may compute for long, is entered on threads", () => {
  const lanes = new Lanes();
  lanes.tooLong(key, 0);
  expect(lanes.laneOf(key, limits)).toBe("thread");
  expect(lanes.laneOf("g@1", { ...limits, cpuMs: 101 })).toBe("thread");
});

test("in doubt everything is entered on threads", () => {
  const lanes = new Lanes();
  lanes.doubt();
  expect(lanes.laneOf(key, limits)).toBe("thread");
});
