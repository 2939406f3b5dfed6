import { measured } from "./measured.ts";
import { policies } from "./rivals.ts";
import { type Outcome, Simulation } from "./simulation.ts";
import { azureBursts, azureDay, type Scale, zipf } from "./workload.ts";

export interface WorkloadOutcomes {
  readonly workload: string;
  readonly scale: Scale;
  readonly outcomes: readonly Outcome[];
}

export interface RunOptions {
  readonly seed: number;
  /** Only these policies; without it all. */
  readonly only?: readonly string[];
  readonly onOutcome?: (workload: string, outcome: Outcome) => void;
}

/** Each policy under each workload. */
export function runAll(scale: Scale, { seed, only, onOutcome }: RunOptions): WorkloadOutcomes[] {
  const facts = measured();
  return [zipf, azureDay, azureBursts].map((make) => {
    const workload = make(scale, facts, seed);
    const chosen = policies.filter(({ name }) => only?.includes(name) ?? true);
    const outcomes = chosen.map((policy) => {
      const outcome = new Simulation(workload, scale, facts, policy, seed).run();
      onOutcome?.(workload.name, outcome);
      return outcome;
    });
    return { workload: workload.name, scale, outcomes };
  });
}
