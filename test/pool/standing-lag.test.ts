import { expect, test } from "vitest";
import { StandingLag } from "../../src/pool/standing-lag.ts";

/** One request each 10 ms, late by so much; the thread computes for `share` of the time. Which of them had better go elsewhere. */
function observe(waits: number[], share = 1): boolean[] {
  let nowMs = 0;
  const lag = new StandingLag(() => nowMs * share);
  return waits.map((waitMs) => {
    nowMs += 10;
    return lag.observe(waitMs, nowMs);
  });
}

const times = (count: number, waitMs: number) => Array.from({ length: count }, () => waitMs);

test("a process is behind when all requests of some time were late, and no longer when one is not", () => {
  const late = observe([...times(20, 60), 5, ...times(5, 60)]);
  expect(late.slice(0, 10)).toEqual(Array(10).fill(false));
  expect(late.slice(10, 20)).toEqual(Array(10).fill(true));
  expect(late.slice(20)).toEqual(Array(6).fill(false));
});

test("one moment that makes many late is no lag that stands", () => {
  const lag = new StandingLag(() => 0);
  for (let i = 0; i < 100; i++) expect(lag.observe(200, 1_000)).toBe(false);
  expect(observe([...times(9, 60), 1, ...times(9, 60), 1, ...times(9, 60)])).not.toContain(true);
});

test("a process that the machine does not let run is not better off elsewhere", () => {
  expect(observe(times(50, 300), 0.2)).not.toContain(true);
});
