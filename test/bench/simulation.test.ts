import { expect, test } from "vitest";
import { byWorth, greedyDualSize, leastRecentlyUsed } from "../../bench/sim/eviction.ts";
import { type Instance, SimNode } from "../../bench/sim/node.ts";
import { plot } from "../../bench/sim/plot.ts";
import { allPolicies, type RunOptions, runAll } from "../../bench/sim/run-all.ts";
import type { Outcome } from "../../bench/sim/simulation.ts";
import { markdown } from "../../bench/sim/table.ts";
import type { Scale } from "../../bench/sim/workload.ts";

const scale: Scale = {
  ...{ functions: 1_000, requests: 20_000, nodes: 20 },
  ...{ cores: 2, memoryShare: 0.5, utilization: 0.4 },
};
/** Of one run of the bench. Not the last one's: what a machine did that day is no reason to fail. */
const facts = { coldP50Ms: 4.5, coldP99Ms: 12.4, helloCpuMs: 0.045, mbPerIsolate: 2.2 };
const run = (names: readonly string[], options: Partial<RunOptions> = {}) =>
  runAll(scale, { seeds: [1], facts, policies: allPolicies.filter(({ name }) => names.includes(name)), ...options });

test("Islet starts less and answers sooner than the power of two choices, at no more memory, with one front or four", () => {
  for (const fronts of [1, 4]) {
    const [zipf] = run(["Islet", "power of two"], { fronts });
    const of = (name: string) => zipf?.policies.find(({ policy }) => policy === name)?.outcomes[0] as Outcome;
    const [islet, rival] = [of("Islet"), of("power of two")];
    expect(islet.coldRatio).toBeLessThan(0.5 * rival.coldRatio);
    expect(islet.p99Ms).toBeLessThan(0.8 * rival.p99Ms);
    expect(islet.addedMeanMs).toBeLessThan(rival.addedMeanMs);
    expect(islet.heldMb).toBeLessThan(1.01 * rival.heldMb);
  }
});

test("where functions wait for others for long, and no two take the same time, it is no reason to spread them", () => {
  const [, day, bursts] = run(["Islet", "bounded hashing"]);
  for (const result of [day, bursts]) {
    const [islet, rival] = (result?.policies ?? []).map(({ outcomes }) => outcomes[0] as Outcome);
    expect(islet?.coldRatio).toBeLessThan(1.5 * Number(rival?.coldRatio));
    expect(islet?.addedP99Ms).toBeLessThan(Number(rival?.addedP99Ms));
  }
});

test("the same seed gives the same, another one something else", () => {
  const first = run(["Islet"], { seeds: [2] });
  expect(run(["Islet"], { seeds: [2] })).toEqual(first);
  expect(run(["Islet"], { seeds: [3] })).not.toEqual(first);
  expect(markdown(first)).toContain("| Islet |");
  expect(first.map(plot).join("")).not.toContain("NaN");
});

test("a full node drops idle instances, by what its eviction says", () => {
  const order = ({ make }: typeof byWorth) => {
    const dropped: number[] = [];
    const node = new SimNode(0, 1, 8, make(), ({ fn }) => dropped.push(fn));
    // 0 is large, 1 is used twice, 2 is slow to start, 3 is busy.
    const start = (fn: number, mb: number, atMs: number, startMs: number) => node.start(fn, mb, atMs, startMs);
    start(0, 4, 0, 4);
    start(1, 1, 1, 1);
    start(2, 1, 2, 40);
    const busy: Instance = start(3, 1, 3, 1);
    busy.busy++;
    node.use(1, 4);
    node.use(0, 5);
    for (let fn = 4; fn < 7; fn++) start(fn, 1, fn + 2, 1);
    start(7, 4, 20, 4);
    return dropped;
  };
  expect(order(leastRecentlyUsed)).toEqual([2, 1, 0]);
  expect(order(greedyDualSize)[0]).toBe(0);
  expect(order(byWorth)).not.toContain(2);
  for (const eviction of [leastRecentlyUsed, greedyDualSize, byWorth]) expect(order(eviction)).not.toContain(3);
});
