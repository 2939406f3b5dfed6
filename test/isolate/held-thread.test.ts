import { expect, test } from "vitest";
import { HeldThread } from "../../src/isolate/crypto/held-thread.ts";

test("an isolate on a thread holds the host's for a tenth of the time, and 200 ms at once", () => {
  const held = new HeldThread(1_000);
  expect([100, 100, 50].map((ms) => held.take(ms, 1_000))).toEqual([true, true, false]);
  expect(held.take(4, 1_000)).toBe(true);
  expect(held.take(50, 1_499)).toBe(false);
  expect(held.take(50, 1_500)).toBe(true);
  // What was not used is not saved up.
  expect([100, 100, 50].map((ms) => held.take(ms, 900_000))).toEqual([true, true, false]);
});
