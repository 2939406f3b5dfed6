export interface BackOffTimes {
  /** After the second death in a row; the first is made good at once. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A process that was ready for so long starts the row anew. */
  readonly healthyMs: number;
}

const usual: BackOffTimes = { firstMs: 100, longestMs: 5_000, healthyMs: 30_000 };

/** How long to wait before a dead process is replaced: not at all, then 100 ms, 200 ms ... 5 s. */
export class BackOff {
  readonly #times: BackOffTimes;
  #delayMs = 0;

  constructor(times: BackOffTimes = usual) {
    this.#times = times;
  }

  /** The delay in milliseconds after a process died that had been ready for `readyMs`. */
  next(readyMs: number): number {
    if (readyMs >= this.#times.healthyMs) this.#delayMs = 0;
    const delay = this.#delayMs;
    this.#delayMs = delay === 0 ? this.#times.firstMs : Math.min(delay * 2, this.#times.longestMs);
    return delay;
  }
}
