import type { Executor } from "../core/executor.ts";
import type { Spot } from "./spot.ts";

/** A pool process as a place for instances. */
export class PoolSpot implements Spot {
  readonly place: number;
  readonly executor: Executor;
  gone = false;

  constructor(place: number, executor: Executor) {
    this.place = place;
    this.executor = executor;
  }

  room(): number {
    return this.executor.load().room;
  }

  /** This front's requests: what others add is in the slope. */
  busy(): number {
    return this.executor.load().inFlight;
  }
}
