import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chosen } from "../chosen.ts";
import { thisMachine } from "../report/machine.ts";
import { progress } from "../scenario.ts";
import { decisionCost } from "./decision-cost.ts";
import { plot } from "./plot.ts";
import { allPolicies, allWorkloads, evictions, runAll, type WorkloadOutcomes } from "./run-all.ts";
import { markdown } from "./table.ts";
import type { Scale } from "./workload.ts";

/*
 * npm run bench:sim                 5,000 functions on 50 nodes, seeds 11 to 15; writes bench/results/sim/
 * npm run bench:sim -- --short      a few seconds, writes nothing
 * npm run bench:sim -- --huge       a million functions, ten million requests, 2,000 nodes, one seed, writes nothing
 * npm run bench:sim -- --policy Islet   one policy, or several, writes nothing
 * npm run bench:sim -- --workload zipf  one workload, or several, writes nothing
 * npm run bench:sim -- --fronts 4   how many fronts there are in the first of the tables, each with its own view (1)
 * npm run bench:sim -- --seeds 1,2,3    the settings were chosen by these; writes nothing
 * npm run bench:sim -- --decision   what one decision takes
 */

const common = { cores: 2, memoryShare: 0.5, utilization: 0.4 };
const scales = {
  usual: { ...common, functions: 5_000, requests: 250_000, nodes: 50 },
  short: { ...common, functions: 1_000, requests: 30_000, nodes: 20 },
  huge: { ...common, functions: 1_000_000, requests: 10_000_000, nodes: 2_000 },
} satisfies Record<string, Scale>;
/** Not those by which settings were chosen. */
const heldOutSeeds = [11, 12, 13, 14, 15];
const severalFronts = 4;
/** Of the seeds, for the other two tables. */
const fewerSeeds = 3;

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    huge: { type: "boolean", default: false },
    decision: { type: "boolean", default: false },
    policy: { type: "string", multiple: true },
    workload: { type: "string", multiple: true },
    seeds: { type: "string" },
    fronts: { type: "string", default: "1" },
  },
});

if (values.decision) {
  for (const [versions, places] of [
    [10_000, 1],
    [10_000, 2],
    [10_000, 16],
    [10_000, 1_000],
  ] as const) {
    const { decideNs, learnNs } = decisionCost(versions, places, 200_000);
    console.log(
      `${versions} versions, ${places} places: ${decideNs.toFixed(0)} ns to decide, ${learnNs.toFixed(0)} to learn`,
    );
  }
} else await simulate();

async function simulate(): Promise<void> {
  const size = values.huge ? "huge" : values.short ? "short" : "usual";
  const scale = scales[size];
  const seeds = values.seeds?.split(",").map(Number) ?? (size === "usual" ? heldOutSeeds : [1]);
  const policies = chosen("policy", allPolicies, values.policy ?? []);
  const workloads = chosen("workload", allWorkloads, values.workload ?? []);
  let lastMs = performance.now();
  const onOutcome = (workload: string, policy: string, seed: number) => {
    const memoryMb = process.memoryUsage.rss() / 2 ** 20;
    progress(
      `${workload}, ${policy}, seed ${seed}: ${((performance.now() - lastMs) / 1000).toFixed(1)} s, ${memoryMb.toFixed(0)} MB`,
    );
    lastMs = performance.now();
  };
  const results = runAll(scale, { seeds, workloads, policies, fronts: Number(values.fronts), onOutcome });
  console.log(markdown(results));
  if (size !== "usual" || values.policy || values.workload || values.seeds) return;
  const fewer = seeds.slice(0, fewerSeeds);
  const several = runAll(scale, { seeds: fewer, fronts: severalFronts, onOutcome });
  const byEviction = runAll(scale, { seeds: fewer, policies: evictions, onOutcome });
  await publish(results, several, byEviction);
}

async function publish(
  results: readonly WorkloadOutcomes[],
  several: readonly WorkloadOutcomes[],
  byEviction: readonly WorkloadOutcomes[],
): Promise<void> {
  const out = (name: string) => new URL(`../results/sim/${name}`, import.meta.url);
  const text = [
    "# Simulated clusters\n\nMedians over the held-out seeds, in parentheses the least and the most. What it is: docs/scheduling.md.\n",
    `## All that there is to know is known to all\n\n${markdown(results)}\n`,
    `## ${severalFronts} fronts, each with what it knows itself\n\nLRU keep-alive stays central.\n\n${markdown(several)}\n`,
    `## What goes from a node's memory, under the placing that ships\n\n${markdown(byEviction)}\n`,
  ].join("\n");
  console.log(text);
  const json = { date: new Date().toISOString(), machine: thisMachine(), results, several, byEviction };
  await writeFile(out("simulation.json"), `${JSON.stringify(json, null, 1)}\n`);
  await writeFile(out("simulation.md"), text);
  for (const result of results) {
    const name = result.workload.replace(/\W+/g, "-");
    await writeFile(out(`${name}.svg`), plot(result));
  }
}
