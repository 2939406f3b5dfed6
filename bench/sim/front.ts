import type { Spot } from "../../src/scheduler/spot.ts";
import { LeastBusy } from "./least-busy.ts";
import type { SimNode } from "./node.ts";

/** A node as one front sees it: its own requests there, and what the node has said with its answers. */
export class SimSpot implements Spot {
  readonly node: SimNode;
  readonly gone = false;
  inFlight = 0;
  /** Of these, those that wait for others and not for a core, as was said last. */
  waiting = 0;
  readonly #computingUntilMs: number[] = [];

  constructor(node: SimNode) {
    this.node = node;
  }

  get place(): number {
    return this.node.place;
  }

  room(): number {
    return Number.POSITIVE_INFINITY;
  }

  busy(): number {
    return this.inFlight - this.waiting;
  }

  /** A request computes until then. */
  computes(untilMs: number): void {
    this.#computingUntilMs.push(untilMs);
  }

  /** An answer says how many of the others are past their turn, as in the server. */
  heard(nowMs: number): void {
    const until = this.#computingUntilMs;
    let left = 0;
    for (const ms of until) if (ms > nowMs) until[left++] = ms;
    until.length = left;
    this.waiting = this.inFlight - left;
  }
}

/** One of the processes that take requests, and what it knows of the nodes. */
export class Front {
  readonly spots: readonly SimSpot[];
  readonly leastBusy: LeastBusy;
  /** Its own, in all nodes. */
  inFlight = 0;
  /** Of these, those on a core or waiting for one, as far as it knows. */
  busy = 0;

  constructor(nodes: readonly SimNode[]) {
    this.spots = nodes.map((node) => new SimSpot(node));
    this.leastBusy = new LeastBusy(nodes.length);
  }

  sent(spot: SimSpot): void {
    spot.inFlight++;
    this.inFlight++;
    this.busy++;
    this.leastBusy.set(spot.place, spot.inFlight);
  }

  answered(spot: SimSpot, nowMs: number): void {
    const before = spot.busy();
    spot.inFlight--;
    this.inFlight--;
    spot.heard(nowMs);
    this.busy += spot.busy() - before;
    this.leastBusy.set(spot.place, spot.inFlight);
  }
}
