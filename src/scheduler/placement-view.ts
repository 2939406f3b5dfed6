import type { DecisionSeen, LineSeen, WarmPlace } from "../core/placement.ts";
import type { Line } from "./line.ts";
import type { PlacedVersion } from "./placed-version.ts";
import type { PoolSpot } from "./pool-spot.ts";
import type { LineNow, VersionCosts } from "./version-costs.ts";

/** No request is taken to be shorter. */
const leastMs = 0.01;

/** How a version's places look now, for people. */
export function warmPlaces({ warm, costs }: PlacedVersion<PoolSpot>, nowMs: number): WarmPlace[] {
  return warm
    .filter(({ spot }) => !spot.gone)
    .map(({ spot, usedAtMs, readyAtMs, starting }) => ({
      ...{ place: spot.place, process: spot.executor.id, state: starting ? "starting" : "warm" },
      expectedMs: Math.max(0, readyAtMs - nowMs) + costs.warmAt(spot.busy()),
      idleMs: Math.max(0, nowMs - usedAtMs),
    }));
}

/** @param epochMs what is to be added to a time of the scheduler's clock. */
export function decisionsOf(
  { notes }: PlacedVersion<PoolSpot>,
  spots: readonly PoolSpot[],
  epochMs: number,
): DecisionSeen[] {
  return notes.map(({ kind, place, costMs, atMs }) => ({
    ...{ kind, place, expectedMs: costMs, atMs: Math.round(epochMs + atMs) },
    process: spots.find((spot) => spot.place === place)?.executor.id ?? null,
  }));
}

/** @param learnt the part of it that is a line. */
export function lineSeen({ slope, intercept }: LineNow, { count, scale }: Line): LineSeen {
  return { slopeMs: slope, interceptMs: intercept, observations: count, residualMs: scale };
}

/** How long one more request waits behind `waiting` others, where places take as many a millisecond as their lines say. */
export function expectedWaitMs(costs: VersionCosts, spots: readonly PoolSpot[], waiting: number): number {
  if (spots.some((spot) => spot.room() > 0)) return 0;
  const perMs = spots.reduce((sum, spot) => {
    const busy = Math.max(1, spot.busy());
    return sum + busy / Math.max(leastMs, costs.warmAt(busy - 1));
  }, 0);
  return (waiting + 1) / perMs;
}
