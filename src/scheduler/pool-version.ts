import type { PlacedVersion } from "./placed-version.ts";
import type { PoolSpot } from "./pool-spot.ts";
import { RecentObservations } from "./recent-observations.ts";

/** Requests of a version that it may have in any case. */
const free = 16;
/** Past those, so many for each one that there is still room for: alone it takes four fifths, and others find a place. */
const perRoom = 4;
/** How fast the mean of requests' CPU time follows. */
const meanRate = 1 / 16;

/** A version in the pool processes of a group: where it is, and how many of its requests are there. */
export class PoolVersion {
  readonly placed: PlacedVersion<PoolSpot>;
  readonly seen = new RecentObservations();
  /** Requests since somebody asked. */
  uses = 0;
  /** Of this front. */
  inFlight = 0;
  /** CPU time of a request, in milliseconds. 0 before it was seen. */
  cpuMs = 0;
  /** Some of its requests were passed over in the queue. */
  passedOver = false;

  constructor(placed: PlacedVersion<PoolSpot>) {
    this.placed = placed;
  }

  /**
   * Whether one more of its requests leaves enough room in these places for others': those that wait for a thread, for each
   * other or for an origin stay there long. The threshold is as the queue's, see there.
   */
  fits(spots: readonly PoolSpot[]): boolean {
    if (this.inFlight < free) return true;
    let room = 0;
    for (const spot of spots) room += Math.max(0, spot.room());
    return this.inFlight < perRoom * room;
  }

  /** Milliseconds from its beginning to its answer, where it has not to wait for others. 0 before it was seen. */
  get aloneMs(): number {
    const { costs } = this.placed;
    return costs.count === 0 ? 0 : costs.balancing.intercept;
  }

  /** A request of it took so long. */
  took(cpuMs: number): void {
    this.cpuMs += (this.cpuMs === 0 ? 1 : meanRate) * (cpuMs - this.cpuMs);
  }
}
