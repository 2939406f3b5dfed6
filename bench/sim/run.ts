import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { thisMachine } from "../report/machine.ts";
import { progress } from "../scenario.ts";
import { decisionCost } from "./decision-cost.ts";
import { runAll } from "./run-all.ts";
import { markdown } from "./table.ts";
import type { Scale } from "./workload.ts";

/*
 * npm run bench:sim                 10,000 functions on 100 nodes; writes bench/results/sim/
 * npm run bench:sim -- --short      a few seconds, writes nothing
 * npm run bench:sim -- --huge       a million functions, ten million requests, 1,000 nodes, writes nothing
 * npm run bench:sim -- --policy Islet   one policy, or several, writes nothing
 * npm run bench:sim -- --decision   what one decision takes
 */

const common = { cores: 2, memoryShare: 0.5, utilization: 0.4 };
const scales = {
  usual: { ...common, functions: 10_000, requests: 1_000_000, nodes: 100 },
  short: { ...common, functions: 1_000, requests: 30_000, nodes: 20 },
  huge: { ...common, functions: 1_000_000, requests: 10_000_000, nodes: 1_000 },
} satisfies Record<string, Scale>;

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    huge: { type: "boolean", default: false },
    decision: { type: "boolean", default: false },
    policy: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
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
} else {
  const size = values.huge ? "huge" : values.short ? "short" : "usual";
  const seed = Number(values.seed);
  let lastMs = performance.now();
  const results = runAll(scales[size], {
    seed,
    ...(values.policy && { only: values.policy }),
    onOutcome: (workload, { policy }) => {
      progress(`${workload}, ${policy}: ${((performance.now() - lastMs) / 1000).toFixed(1)} s`);
      lastMs = performance.now();
    },
  });
  const text = markdown(results);
  console.log(text);
  if (size === "usual" && !values.policy) {
    const out = (ending: string) => new URL(`../results/sim/simulation.${ending}`, import.meta.url);
    const json = { date: new Date().toISOString(), machine: thisMachine(), seed, results };
    await writeFile(out("json"), `${JSON.stringify(json, null, 2)}\n`);
    await writeFile(out("md"), `${text}\n`);
  }
}
