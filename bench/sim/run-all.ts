import { byWorth, greedyDualSize, leastRecentlyUsed } from "./eviction.ts";
import { islet } from "./islet-policy.ts";
import { type Measured, measured } from "./measured.ts";
import type { NamedPolicy } from "./policy.ts";
import { rivals } from "./rivals.ts";
import { type Outcome, Simulation } from "./simulation.ts";
import { azure2019, azure2021, type Scale, zipf } from "./workload.ts";

/** What one policy came to under one workload, a seed each. */
export interface PolicyOutcomes {
  readonly policy: string;
  readonly outcomes: readonly Outcome[];
}

export interface WorkloadOutcomes {
  readonly workload: string;
  readonly scale: Scale;
  readonly fronts: number;
  readonly policies: readonly PolicyOutcomes[];
}

/** By the names that they are asked for by. */
export const allWorkloads = [
  { name: "zipf", make: zipf },
  { name: "azure2019", make: azure2019 },
  { name: "azure2021", make: azure2021 },
] as const;

export interface RunOptions {
  readonly seeds: readonly number[];
  readonly workloads?: readonly (typeof allWorkloads)[number][];
  /** How many take requests, each with what it alone knows. */
  readonly fronts?: number;
  readonly policies?: readonly NamedPolicy[];
  /** What nodes are made of; what the bench measured last, unless it is given. */
  readonly facts?: Measured;
  readonly onOutcome?: (workload: string, policy: string, seed: number) => void;
}

export const allPolicies: readonly NamedPolicy[] = [islet, ...rivals];

/** The placing that ships, with each way to choose what goes from a node's memory. */
export const evictions: readonly NamedPolicy[] = [byWorth, greedyDualSize, leastRecentlyUsed].map((eviction) => ({
  ...islet,
  name: `Islet, ${eviction.name}`,
  eviction,
}));

/** Each policy under each workload, with the same requests for all. */
export function runAll(
  scale: Scale,
  { seeds, workloads = allWorkloads, fronts = 1, policies = allPolicies, facts = measured(), onOutcome }: RunOptions,
): WorkloadOutcomes[] {
  return workloads.map(({ make }) => {
    const bySeed = seeds.map((seed) => ({ seed, workload: make(scale, facts, seed) }));
    const name = bySeed[0]?.workload.name ?? "";
    const outcomes = policies.map((policy) => ({
      policy: policy.name,
      outcomes: bySeed.map(({ seed, workload }) => {
        const outcome = new Simulation(workload, scale, facts, policy, seed, fronts).run();
        onOutcome?.(name, policy.name, seed);
        return outcome;
      }),
    }));
    return { workload: name, scale, fronts, policies: outcomes };
  });
}
