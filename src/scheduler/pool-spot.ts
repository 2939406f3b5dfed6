import type { Executor } from "../core/executor.ts";
import type { Spot } from "./spot.ts";

/** What a process said of other fronts' requests is believed for so long: at 1,000 requests a second they are others by then. */
const othersForMs = 100;

/** A pool process as a place for instances. */
export class PoolSpot implements Spot {
  readonly place: number;
  readonly executor: Executor;
  gone = false;
  /** When it last said what it has in flight. */
  heardAtMs = Number.NEGATIVE_INFINITY;

  constructor(place: number, executor: Executor) {
    this.place = place;
    this.executor = executor;
  }

  room(): number {
    return this.executor.load().room;
  }

  /** Its own front's requests exactly, and others' as it said with its last answer, unless that is long ago. */
  busy(nowMs: number): number {
    const { inFlight, others } = this.executor.load();
    return nowMs - this.heardAtMs < othersForMs ? inFlight + others : inFlight;
  }
}
