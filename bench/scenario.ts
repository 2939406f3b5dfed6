import type { MetricName, Sample } from "./metrics.ts";
import type { Peer } from "./peer.ts";
import type { BenchSettings } from "./settings.ts";

export interface Scenario {
  /** Also the name of its result file. */
  readonly name: string;
  readonly title: string;
  /** Part of --quick. */
  readonly quick: boolean;
  /** What ratios, bars and the order of peers are about. */
  readonly main: MetricName;
  /** Which of the peers can take part. */
  readonly takes: (peer: Peer) => boolean;
  readonly run: (peers: readonly Peer[], settings: BenchSettings) => Promise<Sample[]>;
}

/** Where progress goes, so that standard output is the report alone. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
