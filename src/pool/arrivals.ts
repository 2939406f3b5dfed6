/** A request as its front sent it. */
export interface Arrival {
  readonly id: number;
  /** When it was sent, by machineUs(). */
  readonly sentUs: number;
  readonly flags: number;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: string | Uint8Array | true | null;
}

/**
 * Requests that came while this process was in another. Those of the version that was entered last go last: so one
 * of a trickle need not wait for what a flood has sent before it, but only for what of it is running.
 */
export class Arrivals {
  #waiting: Arrival[] = [];
  #mixed = false;

  add(arrival: Arrival): void {
    const [first] = this.#waiting;
    if (first && first.key !== arrival.key) this.#mixed = true;
    this.#waiting.push(arrival);
  }

  /**
   * All that wait, in the order in which they are to run.
   * @param entered the version that was entered last.
   */
  take(entered: string): readonly Arrival[] {
    const arrivals = this.#waiting;
    if (arrivals.length === 0) return arrivals;
    this.#waiting = [];
    if (!this.#mixed) return arrivals;
    this.#mixed = false;
    const versions = Map.groupBy(arrivals, ({ key }) => key);
    const last = versions.get(entered) ?? [];
    versions.delete(entered);
    return [...versions.values(), last].flat();
  }
}
