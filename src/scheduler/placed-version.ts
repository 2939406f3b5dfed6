import type { HashRing } from "./hash-ring.ts";
import type { DecisionKind } from "./placer.ts";
import type { Spot } from "./spot.ts";
import type { VersionCosts } from "./version-costs.ts";

/** A place where a version is warm, or soon will be. */
export interface WarmSpot<Place extends Spot> {
  readonly spot: Place;
  usedAtMs: number;
  /** When its cold start is likely to be over; once an answer has come, when that was. */
  readyAtMs: number;
  starting: boolean;
  /** Of one more request there, when it was looked at last. */
  costMs: number;
}

/** A decision for a new instance. */
export interface NotedDecision {
  readonly kind: DecisionKind | "prewarmed";
  readonly place: number;
  /** What it was expected to cost. */
  readonly costMs: number;
  readonly atMs: number;
}

const mostNotes = 8;

/** What is known of one version in the places of one group. */
export class PlacedVersion<Place extends Spot> {
  readonly hash: number;
  readonly costs: VersionCosts;
  /** The one that it was in first comes first. */
  readonly warm: WarmSpot<Place>[] = [];
  /** When the last new instance is likely to be ready. */
  startingUntilMs = 0;
  readonly #notes: NotedDecision[] = [];
  #ring: HashRing<Place> | undefined;
  #warmOf: HashRing<Place> | undefined;
  #order: readonly Place[] = [];
  #regretMs = 0;
  #regretAtMs = 0;

  constructor(hash: number, costs: VersionCosts) {
    this.hash = hash;
    this.costs = costs;
  }

  /** The last decisions for a new instance, oldest first. */
  get notes(): readonly NotedDecision[] {
    return this.#notes;
  }

  homeIn(ring: HashRing<Place>): Place | undefined {
    return this.orderIn(ring, 1)[0];
  }

  /** At least so many of the places in the version's order, if there are; kept until the places change. */
  orderIn(ring: HashRing<Place>, atLeast: number): readonly Place[] {
    if (ring !== this.#ring || (this.#order.length < atLeast && this.#order.length < ring.places.length)) {
      this.#ring = ring;
      this.#order = ring.order(this.hash, Math.max(atLeast, 2 * this.#order.length));
    }
    return this.#order;
  }

  isWarmIn(spot: Place): boolean {
    for (const entry of this.warm) if (entry.spot === spot) return true;
    return false;
  }

  /** Gives up places that are gone, and the last one besides the first if it has not been used for so long. */
  prune(ring: HashRing<Place>, nowMs: number, idleMs: number): void {
    const { warm } = this;
    if (ring !== this.#warmOf) {
      this.#warmOf = ring;
      for (let i = warm.length - 1; i >= 0; i--) if (warm[i]?.spot.gone) warm.splice(i, 1);
    }
    const last = warm.at(-1);
    if (warm.length > 1 && last && nowMs - last.usedAtMs > idleMs) warm.pop();
  }

  /** The place has an instance, whoever had it started. */
  nowWarm(spot: Place, nowMs: number): void {
    if (!this.isWarmIn(spot)) this.warm.push({ spot, usedAtMs: nowMs, readyAtMs: nowMs, starting: false, costMs: 0 });
  }

  /** The place has none any more. */
  nowCold(spot: Place): void {
    const at = this.warm.findIndex((entry) => entry.spot === spot);
    if (at >= 0) this.warm.splice(at, 1);
  }

  started(spot: Place, nowMs: number, readyAtMs: number): void {
    this.#regretMs = 0;
    this.startingUntilMs = readyAtMs;
    const known = this.warm.find((entry) => entry.spot === spot);
    if (known) known.usedAtMs = nowMs;
    else this.warm.push({ spot, usedAtMs: nowMs, readyAtMs, starting: true, costMs: 0 });
  }

  /** It was loaded there ahead of requests. */
  prewarmed(spot: Place, ring: HashRing<Place>, nowMs: number): void {
    this.prune(ring, nowMs, Number.POSITIVE_INFINITY);
    this.nowWarm(spot, nowMs);
    this.note({ kind: "prewarmed", place: spot.place, costMs: 0, atMs: nowMs });
  }

  /** An answer has come from there; false if its request has waited for the cold start of another. */
  answered(spot: Place, sentAtMs: number, nowMs: number, cold: boolean): boolean {
    for (const entry of this.warm) {
      if (entry.spot !== spot) continue;
      if (cold || entry.starting) entry.readyAtMs = nowMs;
      entry.starting = false;
      return cold || sentAtMs >= entry.readyAtMs;
    }
    return true;
  }

  /** Adds to the time that requests have lost for want of another instance; what was before fades. */
  regret(lostMs: number, nowMs: number, fadeMs: number): number {
    this.#regretMs = this.#regretMs * Math.exp((this.#regretAtMs - nowMs) / fadeMs) + lostMs;
    this.#regretAtMs = nowMs;
    return this.#regretMs;
  }

  note(decision: NotedDecision): void {
    if (this.#notes.length >= mostNotes) this.#notes.shift();
    this.#notes.push(decision);
  }
}
