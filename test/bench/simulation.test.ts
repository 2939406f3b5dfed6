import { expect, test } from "vitest";
import { type RunOptions, runAll } from "../../bench/sim/run-all.ts";
import type { Scale } from "../../bench/sim/workload.ts";

const scale: Scale = {
  ...{ functions: 1_000, requests: 20_000, nodes: 20 },
  ...{ cores: 2, memoryShare: 0.5, utilization: 0.4 },
};
const run = (options: RunOptions) => runAll(scale, options);

test("under Zipf's law Islet starts less and answers sooner than the power of two choices, at the same memory", () => {
  const [zipf] = run({ seed: 1, only: ["Islet", "power of two"] });
  const of = (name: string) => zipf?.outcomes.find(({ policy }) => policy === name);
  const [islet, rival] = [of("Islet"), of("power of two")];
  expect(islet?.coldRatio).toBeLessThan(0.5 * Number(rival?.coldRatio));
  expect(islet?.p99Ms).toBeLessThan(Number(rival?.p99Ms));
  expect(islet?.addedP50Ms).toBeLessThan(Number(rival?.addedP50Ms));
  expect(islet?.heldMb).toBeLessThan(1.01 * Number(rival?.heldMb));
});

test("the same seed gives the same, another one something else", () => {
  const only = ["Islet"];
  const first = run({ seed: 2, only });
  expect(run({ seed: 2, only })).toEqual(first);
  expect(run({ seed: 3, only })).not.toEqual(first);
});
