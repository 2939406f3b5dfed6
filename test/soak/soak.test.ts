import { expect, test } from "vitest";
import { Counters } from "../../bench/soak/counters.ts";
import { parseSoakSettings } from "../../bench/soak/settings.ts";
import { soak } from "../../bench/soak/soak.ts";
import { broken } from "../../bench/soak/verdict.ts";
import { ZipfPick } from "../../bench/soak/zipf-pick.ts";

test("births and deaths are summed up over the lives of pool processes", () => {
  const page = (pools: string[], births: number, evicted: number) =>
    [
      ...pools.map((pool) => `islet_warm_isolates{pool="${pool}"} 3`),
      `islet_isolate_start_seconds_count ${births}`,
      `islet_isolate_deaths_total{reason="evicted"} ${evicted}`,
      `islet_child_deaths_total{kind="pool",reason="crashed"} 1`,
    ].join("\n");
  const counters = new Counters();
  counters.read(page(["pool-1", "pool-2"], 10, 1));
  counters.read(page(["pool-1", "pool-2"], 15, 3));
  // pool-1 has taken its counts with it.
  counters.read(page(["pool-2", "pool-3"], 5, 0));
  counters.read(page(["pool-2", "pool-3"], 7, 1));
  expect(counters.births).toBe(7);
  expect(counters.deaths).toEqual(new Map([["evicted", 3]]));
  expect(counters.childDeaths).toEqual(new Map([["pool crashed", 1]]));
});

test("functions are picked by Zipf's law", () => {
  const picks = new Map<string, number>();
  const zipf = new ZipfPick(["a", "b", "c"]);
  for (let i = 0; i < 11_000; i++) {
    const pick = zipf.next();
    picks.set(pick, (picks.get(pick) ?? 0) + 1);
  }
  // Shares of 6, 3 and 2 in 11.
  expect(picks.get("a")).toBeGreaterThan(5_500);
  expect(picks.get("b")).toBeGreaterThan(2_500);
  expect(picks.get("c")).toBeGreaterThan(1_600);
});

test.each([["--births", "1"], ["--functions", "many"], ["--nonsense"]])("%s %s is refused", (...args) => {
  expect(() => parseSoakSettings(args)).toThrow(TypeError);
});

test("what must hold holds for a short time", { timeout: 120_000 }, async () => {
  const settings = parseSoakSettings(["--short"]);
  const result = await soak(settings);
  expect(broken(result, settings)).toEqual([]);
});
