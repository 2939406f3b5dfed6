import type { CostPriors } from "./version-costs.ts";

export interface PlacerTuning {
  /** What it costs to go elsewhere than home, in milliseconds. */
  readonly hopMs: number;
  /** A place takes no new instance while it has this many times the mean of what is in flight. */
  readonly bound: number;
  /** What saves less than this share of a cold start is no better: else requests swing between places that are the same. */
  readonly margin: number;
  /** What a cold start is counted for: itself, and that of the version whose memory it takes. */
  readonly priceFactor: number;
  /** In what time a new instance is to have paid for its cold start. */
  readonly payBackMs: number;
  /** A place besides the first that its version did not need for so long is given up. */
  readonly shrinkAfterMs: number;
}

/** Among the pool processes of one server: a hop costs nothing, since each is as far as the other. */
export const poolTuning: PlacerTuning = {
  hopMs: 0,
  bound: 2,
  margin: 0.05,
  priceFactor: 20,
  payBackMs: 1_000,
  shrinkAfterMs: 20_000,
};

/** Of isolates, before any was seen: near what the bench measures of hello, its cold start by p50 (bench/results). */
export const isolatePriors: CostPriors = {
  delay: { slope: 0.05, intercept: 1, weight: 1 },
  start: { slope: 0, intercept: 5, weight: 1 },
};
