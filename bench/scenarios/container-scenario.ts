import { type RunningContainers, startContainers } from "../containers/islet-containers.ts";
import type { MetricName, Sample } from "../metrics.ts";
import type { BenchFunction } from "../peer.ts";
import { islet } from "../peers/islet.ts";
import { progress, type Scenario } from "../scenario.ts";
import type { BenchSettings } from "../settings.ts";
import { quantile } from "../statistics.ts";

export const hello: BenchFunction = { name: "hello", kind: "hello" };

interface ContainerScenario {
  readonly name: string;
  readonly title: string;
  readonly main: MetricName;
  readonly run: (settings: BenchSettings) => Promise<Sample[]>;
}

/** What all scenarios with containers have in common: they need an engine, and of the peers Islet alone takes part. */
export function containerScenario({ run, ...described }: ContainerScenario): Scenario {
  return { ...described, quick: false, takes: (peer) => peer === islet, run: (_, settings) => run(settings) };
}

/** Measures an Islet that has these functions in containers, none of which runs yet. */
export async function onIslet(
  functions: readonly BenchFunction[],
  settings: Readonly<Record<string, string | number>>,
  measure: (running: RunningContainers) => Promise<Sample[]>,
): Promise<Sample[]> {
  const running = await startContainers(functions, settings);
  try {
    return await measure(running);
  } finally {
    await running.stop();
  }
}

/** Does the same thing that often, one after the other, and tells how each went. */
export async function inRounds(
  rounds: number,
  once: (round: number) => Promise<{ readonly failed: number; readonly longestMs: number }>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    const values = await once(round);
    progress(`  round ${round + 1}: ${values.failed} failed, longest ${Math.round(values.longestMs)} ms`);
    samples.push({ peer: islet.name, round, values });
  }
  return samples;
}

export function sampleOf(peer: string, times: readonly number[]): Sample {
  progress(`  ${peer}: ${times.map((time) => time.toFixed(0)).join(" ")} ms`);
  return { peer, round: 0, values: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) } };
}
