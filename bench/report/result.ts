import { type MetricName, metricNames, type Sample } from "../metrics.ts";
import { type Spread, spread } from "../statistics.ts";
import type { Machine } from "./machine.ts";

/** What is written to bench/results/<scenario>.json. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  readonly main: MetricName;
  readonly date: string;
  readonly machine: Machine;
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly samples: readonly Sample[];
}

export type PeerSummary = Partial<Record<MetricName, Spread>>;

/** Median and spread of each metric over the rounds, by peer in the order in which they first appear. */
export function summarize({ samples }: Pick<ScenarioResult, "samples">): Map<string, PeerSummary> {
  const peers = new Set(samples.map(({ peer }) => peer));
  return new Map([...peers].map((peer) => [peer, summaryOf(peer, samples)]));
}

function summaryOf(peer: string, samples: readonly Sample[]): PeerSummary {
  const own = samples.filter((sample) => sample.peer === peer);
  const entries = metricNames.flatMap((metric): [MetricName, Spread][] => {
    const values = own.flatMap(({ values }) => values[metric] ?? []);
    return values.length === 0 ? [] : [[metric, spread(values)]];
  });
  return Object.fromEntries(entries);
}

/** How the peer's median stands to the other's; undefined when either has none. */
export function ratio(
  summary: ReadonlyMap<string, PeerSummary>,
  metric: MetricName,
  peer: string,
  other: string,
): number | undefined {
  const [above, below] = [summary.get(peer)?.[metric]?.median, summary.get(other)?.[metric]?.median];
  return above === undefined || below === undefined ? undefined : above / below;
}
