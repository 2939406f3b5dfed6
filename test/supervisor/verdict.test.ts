import { expect, test } from "vitest";
import type { Death } from "../../src/supervisor/death.ts";
import { nobody, verdictOf } from "../../src/supervisor/verdict.ts";

const death = (reason: Death["reason"], signal: string | null = null): Death => ({
  ...{ reason, signal, exitCode: null, readyMs: 1 },
});
const notes = { main: "a@1", threads: [] };

test.each([
  ["crashed", "SIGABRT", "crashed"],
  ["crashed", "SIGSEGV", "crashed"],
  ["exited", null, "crashed"],
  ["stalled", "SIGKILL", "stalled"],
  ["memory_limit", "SIGKILL", "outgrown"],
] as const)("a death by %s (%s) is the doing of what ran", (reason, signal, how) => {
  expect(verdictOf(death(reason, signal), notes)).toEqual({ guilty: ["a@1"], how });
});

test.each([
  ["crashed", "SIGKILL"],
  ["crashed", "SIGTERM"],
  ["forged", "SIGKILL"],
  ["retired", "SIGKILL"],
  ["drained", null],
] as const)("a death by %s (%s) is nobody's", (reason, signal) => {
  expect(verdictOf(death(reason, signal), notes)).toEqual(nobody);
});

test("what is on threads is suspected of a crash, what is on the main thread of a stall", () => {
  const both = { main: "a@1", threads: ["b@1", "c@1"] };
  expect(verdictOf(death("crashed", "SIGTRAP"), both).guilty).toEqual(["b@1", "c@1"]);
  expect(verdictOf(death("stalled", "SIGKILL"), both).guilty).toEqual(["a@1"]);
  expect(verdictOf(death("stalled", "SIGKILL"), { main: null, threads: ["b@1"] })).toEqual(nobody);
});
