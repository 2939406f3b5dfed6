import { isolateKey, type LiveFunction, type PoolGroup } from "../core/deployment.ts";
import type { Executor } from "../core/executor.ts";
import type { FrontPlacement } from "../core/placement.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";
import { hashOf } from "./hash-ring.ts";
import { decisionsOf, expectedWaitMs, lineSeen, warmPlaces } from "./placement-view.ts";
import { type DecisionKind, noDecisions, Placer, type Sent } from "./placer.ts";
import { isolatePriors, poolTuning } from "./placer-tuning.ts";
import { PoolSpot } from "./pool-spot.ts";
import { PoolVersion } from "./pool-version.ts";
import { type Took, TypicalCosts } from "./version-costs.ts";

/** An executor with its group and the number of the place it fills there; a replacement has its predecessor's. */
export interface PlacedExecutor {
  readonly group: PoolGroup;
  readonly place: number;
  readonly executor: Executor;
}

/** Past so many versions, what is known of the one that was met first is forgotten. */
const mostVersions = 20_000;

/** The pool processes of each group, and what is known of the versions that run there. */
export class PoolGroups {
  readonly #decisions = noDecisions();
  readonly #costs = new TypicalCosts(isolatePriors);
  readonly #versions = new Map<string, PoolVersion>();
  /** The same by what a request has at hand. */
  readonly #known = new WeakMap<LiveFunction, PoolVersion>();
  /** Where versions are warm that this front has not met. */
  readonly #unknown = new Map<string, readonly PoolSpot[]>();
  #placers = new Map<PoolGroup, Placer<PoolSpot>>();

  /** How many requests were sent somewhere, by why there. */
  get decisions(): Readonly<Record<DecisionKind, number>> {
    return this.#decisions;
  }

  set(pools: readonly PlacedExecutor[]): void {
    const before = this.#placers;
    const groups = Map.groupBy(pools, ({ group }) => group);
    this.#placers = new Map([...groups].map(([group, placed]) => [group, this.#placer(before.get(group), placed)]));
    for (const [group, placer] of before) if (!groups.has(group)) for (const spot of placer.spots) spot.gone = true;
  }

  has(group: PoolGroup): boolean {
    return this.#placers.has(group);
  }

  /**
   * Whether some process of the group begins with one more request soon. Not which one: the placer decides where it goes, by
   * what it costs there.
   */
  isAtHand(group: PoolGroup): boolean {
    for (const spot of this.#placers.get(group)?.spots ?? []) if (spot.isAtHand()) return true;
    return false;
  }

  /** Whether one more request of a version leaves room for others'. */
  fits(version: PoolVersion, group: PoolGroup): boolean {
    return version.fits(this.#placers.get(group)?.spots ?? []);
  }

  /** What is known of a version; undefined when its group has no process. */
  version(fn: LiveFunction, group: PoolGroup): PoolVersion | undefined {
    const placer = this.#placers.get(group);
    return placer && this.#version(placer, fn, group);
  }

  /** Where a request goes; undefined when no process of the group has room. */
  choose(version: PoolVersion, group: PoolGroup, nowMs: number): PoolSpot | undefined {
    version.uses++;
    return this.#placers.get(group)?.choose(version.placed, nowMs);
  }

  /** A process says that a version has an isolate there now, or has none any more. */
  warmthChanged(executor: Executor, group: PoolGroup, key: string, isWarm: boolean, nowMs: number): void {
    const spot = this.#placers.get(group)?.spots.find((one) => one.executor === executor);
    const named = `${group} ${key}`;
    const placed = this.#versions.get(named)?.placed;
    if (!spot) return;
    if (placed && isWarm) placed.nowWarm(spot, nowMs);
    else placed?.nowCold(spot);
    if (!placed) this.#warmUnknown(named, spot, isWarm);
  }

  /** Of a version that this front has not met: its first request is to find where it is warm. */
  #warmUnknown(named: string, spot: PoolSpot, isWarm: boolean): void {
    const others = (this.#unknown.get(named) ?? []).filter((other) => other !== spot && !other.gone);
    if (isWarm && this.#unknown.size < mostVersions) others.push(spot);
    if (others.length > 0) this.#unknown.set(named, others);
    else this.#unknown.delete(named);
  }

  /** An answer has come now from where the request was sent. */
  learn({ placed, seen }: PoolVersion, group: PoolGroup, spot: PoolSpot, sent: Sent, nowMs: number, took: Took): void {
    const isLearnt = this.#placers.get(group)?.learn(placed, spot, sent, nowMs, took);
    if (isLearnt) seen.add(sent.x, nowMs - sent.atMs, took.startMs > 0);
  }

  /** Has a version loaded in its home, where its first request will go. */
  async prewarm(fn: LiveFunction, group: PoolGroup, spareOnly: boolean, nowMs: () => number): Promise<PrewarmOutcome> {
    const home = this.#placers.get(group)?.homeOf(hashOfHome(fn));
    const outcome = (await home?.executor.prewarm?.(fn, spareOnly)) ?? "no_place";
    const placer = this.#placers.get(group);
    if (home && placer && outcome === "warm" && !home.gone)
      placer.prewarmed(this.#version(placer, fn, group).placed, home, nowMs());
    return outcome;
  }

  /** How many requests each version has had since this was asked last, by isolate key. */
  takeUses(): [string, number][] {
    const uses: [string, number][] = [];
    for (const [key, known] of this.#versions) {
      if (known.uses > 0) uses.push([key.slice(key.indexOf(" ") + 1), known.uses]);
      known.uses = 0;
    }
    return uses;
  }

  /**
   * Where a version stands here, for people.
   * @param epochMs what is to be added to a time of the scheduler's clock.
   */
  view(
    fn: LiveFunction,
    group: PoolGroup,
    waiting: number,
    nowMs: number,
    epochMs: number,
  ): Omit<FrontPlacement, "containers" | "local"> {
    const placer = this.#placers.get(group);
    const known = this.#versions.get(keyOf(fn, group));
    const home = placer?.homeOf(hashOfHome(fn));
    const costs = known?.placed.costs;
    return {
      home: home ? { place: home.place, process: home.executor.id } : null,
      warm: known ? warmPlaces(known.placed, nowMs) : [],
      lines: known
        ? {
            balancing: lineSeen(known.placed.costs.balancing, known.placed.costs.delay),
            placement: lineSeen(known.placed.costs.placement, known.placed.costs.start),
          }
        : null,
      typical: {
        balancing: lineSeen(this.#costs.balancing, this.#costs.delay),
        placement: lineSeen(this.#costs.placement, this.#costs.start),
      },
      queue: {
        waiting,
        expectedWaitMs: placer && costs ? expectedWaitMs(costs, placer.spots, waiting) : null,
      },
      decisions: known && placer ? decisionsOf(known.placed, placer.spots, epochMs) : [],
      observations: known?.seen.all() ?? [],
    };
  }

  /** Keeps what is known of processes that are still there. */
  #placer(before: Placer<PoolSpot> | undefined, placed: readonly PlacedExecutor[]): Placer<PoolSpot> {
    const old = before?.spots ?? [];
    const spots = placed.map(
      ({ place, executor }) =>
        old.find((spot) => spot.place === place && spot.executor === executor) ?? new PoolSpot(place, executor),
    );
    for (const spot of old) if (!spots.includes(spot)) spot.gone = true;
    if (before && spots.length === old.length && spots.every((spot) => old.includes(spot))) return before;
    const totalBusy = () => spots.reduce((sum, spot) => sum + spot.busy(), 0);
    return new Placer({ spots, tuning: poolTuning, costs: this.#costs, totalBusy }, this.#decisions);
  }

  #version(placer: Placer<PoolSpot>, fn: LiveFunction, group: PoolGroup): PoolVersion {
    const known = group === fn.group ? this.#known.get(fn) : undefined;
    if (known) return known;
    const key = keyOf(fn, group);
    const version = this.#versions.get(key) ?? this.#meet(placer, fn, key);
    if (this.#versions.size >= mostVersions) this.#forgetFirst();
    this.#versions.set(key, version);
    if (group === fn.group) this.#known.set(fn, version);
    return version;
  }

  #meet(placer: Placer<PoolSpot>, fn: LiveFunction, key: string): PoolVersion {
    const placed = placer.version(hashOfHome(fn));
    for (const spot of this.#unknown.get(key) ?? []) placed.nowWarm(spot, 0);
    this.#unknown.delete(key);
    return new PoolVersion(placed);
  }

  #forgetFirst(): void {
    for (const key of this.#versions.keys()) {
      this.#versions.delete(key);
      return;
    }
  }
}

function keyOf(fn: LiveFunction, group: PoolGroup): string {
  return `${group} ${isolateKey(fn)}`;
}

/** By tenant, so that the functions of one share a home and their crashes meet few others. */
function hashOfHome(fn: LiveFunction): number {
  return hashOf(fn.tenant);
}
