import { HashRing } from "./hash-ring.ts";
import { PlacedVersion, type WarmSpot } from "./placed-version.ts";
import type { PlacerTuning } from "./placer-tuning.ts";
import type { Spot } from "./spot.ts";
import type { Took, TypicalCosts } from "./version-costs.ts";

/** Why a request goes where it goes. */
export type DecisionKind =
  /** There is no other place. */
  | "only"
  /** To the first of the places where it is warm. */
  | "warm_home"
  /** To another of them, which is cheaper by the balancing line, or the others are full. */
  | "warm_other"
  /** It is warm nowhere, and goes to its home by its hash. */
  | "new_home"
  /** The same, but its home has more than its share of the load. */
  | "new_bounded"
  /** A cold start is cheaper at once than to wait where it is warm. */
  | "new_cheaper"
  /** The waiting of its last requests would have paid for a cold start. */
  | "new_spread"
  /** It is warm only where there is no room. */
  | "new_full";

export const decisionKinds: readonly DecisionKind[] = [
  ...(["only", "warm_home", "warm_other"] as const),
  ...(["new_home", "new_bounded", "new_cheaper", "new_spread", "new_full"] as const),
];

/** Of more warm places than this, two are looked at and not all. */
const scanned = 4;
/** No cold start is taken to be shorter, whatever the lines say. */
const leastStartMs = 1;
/** Places looked at for a new instance. */
const candidates = 4;
/** Of so many warm answers one is taken for what is typical: for that there are many, and each costs its time. */
const typicalEvery = 8;

/** How many were in flight in a place when a request was sent there, and when that was. */
export interface Sent {
  readonly x: number;
  readonly atMs: number;
}

export interface PlacerParts<Place extends Spot> {
  readonly spots: readonly Place[];
  readonly tuning: PlacerTuning;
  readonly costs: TypicalCosts;
  /** Requests in flight in all places together. */
  readonly totalBusy: () => number;
}

/**
 * Chooses, for each request to a version, the cheapest of: the best place where it is warm, by its balancing line; a
 * new instance in a place that has no more than its share of the load, by its placement line; either plus the hop
 * where it is away from home. Pure: the state and the time in, a place out. It decides in constant time, whatever the
 * number of versions and places.
 *
 * A new instance serves later requests too, so that one is also made when it is dearer than waiting at this moment
 * but would have paid: the time that requests lose against a warm instance there is added up, fading with time, and
 * when it has reached the price of the cold start that is paid (the rule for renting or buying of R. Karp, "On-line
 * algorithms versus off-line algorithms", 1992: at most twice the cost of who knows the future). The other way round,
 * a place that its version has not needed for a time is given up.
 */
export class Placer<Place extends Spot> {
  readonly counts: Record<DecisionKind, number>;
  readonly #parts: PlacerParts<Place>;
  readonly #ring: HashRing<Place>;
  #random = 0x9e3779b9;
  #warmAnswers = 0;

  constructor(parts: PlacerParts<Place>, counts = noDecisions()) {
    this.#parts = parts;
    this.counts = counts;
    this.#ring = new HashRing(parts.spots);
  }

  get spots(): readonly Place[] {
    return this.#parts.spots;
  }

  version(hash: number): PlacedVersion<Place> {
    return new PlacedVersion(hash, this.#parts.costs.newVersion());
  }

  /** The first place for a key by its hash. */
  homeOf(hash: number): Place | undefined {
    return this.#ring.order(hash, 1)[0];
  }

  /** Whether any place takes one more. */
  hasRoom(): boolean {
    for (const spot of this.#parts.spots) if (spot.room() > 0) return true;
    return false;
  }

  /** The version was loaded there ahead of requests. */
  prewarmed(version: PlacedVersion<Place>, spot: Place, nowMs: number): void {
    version.prewarmed(spot, this.#ring, nowMs);
  }

  /** Where the next request of the version goes; undefined when no place has room. It is counted as sent there. */
  choose(version: PlacedVersion<Place>, nowMs: number): Place | undefined {
    const { spots } = this.#parts;
    if (spots.length === 1) {
      const only = spots[0] as Place;
      if (only.room() <= 0) return undefined;
      this.counts.only++;
      return only;
    }
    version.prune(this.#ring, nowMs, this.#parts.tuning.shrinkAfterMs);
    const best = this.#bestWarm(version, nowMs);
    if (!best) return this.#chooseNew(version, nowMs);
    const better = this.#newInstead(version, best, nowMs);
    if (better) return better;
    best.usedAtMs = nowMs;
    this.counts[best === version.warm[0] ? "warm_home" : "warm_other"]++;
    return best.spot;
  }

  /**
   * An answer has begun now, whose request was sent when `x` others were in flight there. False: that says nothing
   * about the version's lines.
   */
  learn(version: PlacedVersion<Place>, spot: Place, { x, atMs }: Sent, nowMs: number, took: Took): boolean {
    const cold = took.startMs > 0;
    if (!version.answered(spot, atMs, nowMs, cold)) return false;
    const { costs } = this.#parts;
    version.costs.observe(x, nowMs - atMs, took);
    if (cold || ++this.#warmAnswers % typicalEvery === 0) costs.observe(x, nowMs - atMs, took);
    return true;
  }

  #bestWarm(version: PlacedVersion<Place>, nowMs: number): WarmSpot<Place> | undefined {
    const { warm } = version;
    if (warm.length > scanned) {
      // Of two at random the better one: nearly as good as the best of all, and fronts that know as little as each
      // other do not all choose the same (M. Mitzenmacher, "The power of two choices", 2001).
      const i = this.#below(warm.length);
      const other = this.#below(warm.length - 1);
      const j = other >= i ? other + 1 : other;
      const low = this.#cheaper(version, undefined, warm[Math.min(i, j)] as WarmSpot<Place>, nowMs);
      const best = this.#cheaper(version, low, warm[Math.max(i, j)] as WarmSpot<Place>, nowMs);
      if (best) return best;
    }
    let best: WarmSpot<Place> | undefined;
    for (const entry of warm) best = this.#cheaper(version, best, entry, nowMs);
    return best;
  }

  /** The earlier one unless the later is cheaper by more than the margin: so that what is not needed becomes idle. */
  #cheaper(
    version: PlacedVersion<Place>,
    best: WarmSpot<Place> | undefined,
    entry: WarmSpot<Place>,
    nowMs: number,
  ): WarmSpot<Place> | undefined {
    if (entry.spot.room() <= 0) return best;
    entry.costMs =
      Math.max(0, entry.readyAtMs - nowMs) + version.costs.warmAt(entry.spot.busy()) + this.#hop(version, entry.spot);
    return !best || entry.costMs < best.costMs - this.#slack(version) ? entry : best;
  }

  /** What is cheaper by less is no better: a share of a cold start. */
  #slack({ costs: { start } }: PlacedVersion<Place>): number {
    return this.#parts.tuning.margin * Math.max(leastStartMs, start.intercept);
  }

  #hop(version: PlacedVersion<Place>, spot: Place): number {
    return spot === version.homeIn(this.#ring) ? 0 : this.#parts.tuning.hopMs;
  }

  #chooseNew(version: PlacedVersion<Place>, nowMs: number): Place | undefined {
    const isWarm = version.warm.length > 0;
    const within = this.#fresh(version);
    const spot = within ?? this.#anyRoom(version);
    if (!spot) return undefined;
    const isHome = spot === version.homeIn(this.#ring);
    const kind = isWarm ? "new_full" : isHome ? "new_home" : "new_bounded";
    return this.#start(version, spot, kind, this.#newCost(version, spot), nowMs);
  }

  /** A place for a new instance that is better than `best`, where it is warm. */
  #newInstead(version: PlacedVersion<Place>, best: WarmSpot<Place>, nowMs: number): Place | undefined {
    const { costs } = version;
    const cost = best.costMs;
    const slack = this.#slack(version);
    // What an idle place would not make cheaper stays: most requests end here.
    if (cost - costs.warmAt(0) <= slack) return undefined;
    // A herd that comes to a new version waits for its first answer: what it costs is only a guess until then.
    if (version.costs.count === 0) return undefined;
    const spot = this.#fresh(version);
    if (!spot) return undefined;
    const newCost = this.#newCost(version, spot);
    const warmCost = costs.warmAt(spot.busy()) + this.#hop(version, spot);
    const price = this.#parts.tuning.priceFactor * Math.max(leastStartMs, newCost - warmCost);
    const saved = cost - warmCost;
    if (saved > price) return this.#start(version, spot, "new_cheaper", newCost, nowMs);
    // What its last new instance will save shows when that has started.
    if (saved <= slack || nowMs < version.startingUntilMs) return undefined;
    if (version.regret(saved, nowMs, this.#parts.tuning.payBackMs) < price) return undefined;
    return this.#start(version, spot, "new_spread", newCost, nowMs);
  }

  #newCost(version: PlacedVersion<Place>, spot: Place): number {
    return version.costs.newAt(spot.busy()) + this.#hop(version, spot);
  }

  /**
   * Of the next places in the version's order where it is not warm, and that have no more than their share of the load
   * (V. Mirrokni, M. Thorup and M. Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018), the cheapest;
   * the earlier one unless the later is better by more than the slack.
   */
  #fresh(version: PlacedVersion<Place>): Place | undefined {
    const { spots, tuning, totalBusy } = this.#parts;
    const known = version.warm.length;
    if (known >= spots.length) return undefined;
    const share = Math.ceil((tuning.bound * (totalBusy() + 1)) / spots.length);
    let best: Place | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const spot of version.orderIn(this.#ring, known + candidates)) {
      if (spot.gone || spot.room() <= 0 || spot.busy() >= share || version.isWarmIn(spot)) continue;
      const cost = this.#newCost(version, spot);
      if (best && cost >= bestCost - this.#slack(version)) continue;
      best = spot;
      bestCost = cost;
    }
    return best;
  }

  /** The least busy of those next in line, or whichever has room. */
  #anyRoom(version: PlacedVersion<Place>): Place | undefined {
    let best: Place | undefined;
    for (const spot of version.orderIn(this.#ring, version.warm.length + candidates)) {
      if (spot.room() > 0 && (!best || spot.busy() < best.busy())) best = spot;
    }
    return best ?? this.#parts.spots.find((spot) => spot.room() > 0);
  }

  #start(version: PlacedVersion<Place>, spot: Place, kind: DecisionKind, costMs: number, nowMs: number): Place {
    version.started(spot, nowMs, nowMs + costMs - version.costs.ownMs);
    this.counts[kind]++;
    version.note({ kind, place: spot.place, costMs, atMs: nowMs });
    return spot;
  }

  /** An integer from 0 on and below `n`; xorshift, so that it is the same for the same requests. */
  #below(n: number): number {
    let value = this.#random;
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
    this.#random = value;
    return (value >>> 0) % n;
  }
}

export function noDecisions(): Record<DecisionKind, number> {
  return Object.fromEntries(decisionKinds.map((kind) => [kind, 0])) as Record<DecisionKind, number>;
}
