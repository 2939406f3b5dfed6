const firstDelayMs = 100;
const longestDelayMs = 5_000;
const healthyMs = 30_000;

/** How long to wait before a dead process is replaced: not at all, then 100 ms, 200 ms ... 5 s. */
export class BackOff {
  #delayMs = 0;

  /** The delay in milliseconds after a process died that had been ready for `readyMs`. */
  next(readyMs: number): number {
    if (readyMs >= healthyMs) this.#delayMs = 0;
    const delay = this.#delayMs;
    this.#delayMs = delay === 0 ? firstDelayMs : Math.min(delay * 2, longestDelayMs);
    return delay;
  }
}
