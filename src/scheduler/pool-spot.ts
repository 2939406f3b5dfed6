import type { Executor } from "../core/executor.ts";
import type { Spot } from "./spot.ts";

/**
 * What a process has to do before it begins with one more request of this front, in milliseconds: what is beyond waits here,
 * where all tenants are treated alike and a request can be refused, and not there.
 */
const aheadMs = 3;
/** Requests that may be ahead in any case: one is at hand when the present one is over. */
const leastAhead = 2;
/** What a request is taken to compute for before any was seen, in milliseconds, and how fast the mean follows. */
const [supposedCpuMs, meanRate] = [0.05, 1 / 16];

/** A pool process as a place for instances. */
export class PoolSpot implements Spot {
  readonly place: number;
  readonly executor: Executor;
  gone = false;
  #cpuMs = supposedCpuMs;
  /** Requests that may be there without having begun. */
  #mostAhead = aheadMs / supposedCpuMs;
  /** For a moment: a request that it has refused is being placed. */
  barred = false;

  constructor(place: number, executor: Executor) {
    this.place = place;
    this.executor = executor;
  }

  room(): number {
    return this.barred ? 0 : this.executor.load().room;
  }

  /** Whether it begins with one more request soon. */
  isAtHand(): boolean {
    const { room, notBegun } = this.executor.load();
    return room > 0 && notBegun < this.#mostAhead;
  }

  /** A request there took so much of its CPU time, in milliseconds. */
  took(cpuMs: number): void {
    this.#cpuMs += meanRate * (cpuMs - this.#cpuMs);
    this.#mostAhead = Math.max(leastAhead, aheadMs / this.#cpuMs);
  }

  /** This front's requests: what others add is in the slope. */
  busy(): number {
    return this.executor.load().inFlight;
  }
}
