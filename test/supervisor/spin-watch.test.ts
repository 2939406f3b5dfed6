import { describe, expect, test } from "vitest";
import { SpinWatch } from "../../src/supervisor/spin-watch.ts";

/** A pool process as its supervisor sees it, whose figures the test sets. */
function watched(allowanceMs = 110) {
  const seen = { entries: 1, cpuMs: 0 as number | null };
  const watch = new SpinWatch({
    blame: () => ({ key: "a@1", allowanceMs, entries: seen.entries }),
    cpuMs: () => seen.cpuMs,
    graceMs: 60,
    silenceMs: 1_500,
  });
  watch.stalled(0);
  return { seen, watch };
}

describe("a silent pool process", () => {
  test("is given up when one entry has used more CPU time than it may", () => {
    const { seen, watch } = watched();
    seen.cpuMs = 169;
    expect(watch.stalled(200)).toBe(false);
    seen.cpuMs = 170;
    expect(watch.stalled(250)).toBe(true);
  });

  test("is not given up for want of a core", () => {
    const { seen, watch } = watched();
    seen.cpuMs = 20;
    expect(watch.stalled(1_000)).toBe(false);
  });

  test("is not given up while one entry follows the other", () => {
    const { seen, watch } = watched();
    for (let entries = 2; entries < 100; entries++) {
      seen.entries = entries;
      seen.cpuMs = entries * 100;
      expect(watch.stalled(entries * 100)).toBe(false);
    }
  });

  test("is given up in the end whatever it does", () => {
    const { watch } = watched();
    expect(watch.stalled(1_600)).toBe(false);
    expect(watch.stalled(1_610)).toBe(true);
  });

  test("is given up by the clock where CPU time is not known", () => {
    const { seen, watch } = watched();
    seen.cpuMs = null;
    expect(watch.stalled(1_600)).toBe(false);
    expect(watch.stalled(1_610)).toBe(true);
  });

  test("begins anew with each answer", () => {
    const { seen, watch } = watched();
    seen.cpuMs = 150;
    expect(watch.stalled(150)).toBe(false);
    expect(watch.stalled(0)).toBe(false);
    seen.cpuMs = 310;
    expect(watch.stalled(200)).toBe(false);
  });
});
