/** Over so long at least, and so many, a rate is measured: a moment in which the machine did something else says nothing. */
const [spanMs, spanCount] = [100, 8];
/** How fast the mean follows. */
const meanRate = 0.3;

/** How fast a line that is not empty gets shorter, in expected cost for each millisecond. */
export class DrainRate {
  #perMs = 0;
  #spentMs = 0;
  #count = 0;
  #sinceMs = Number.POSITIVE_INFINITY;

  /** The line was empty until now. */
  began(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#spentMs = 0;
    this.#count = 0;
  }

  /** One has gone that was expected to cost so much. */
  gone(costMs: number, nowMs: number): void {
    this.#spentMs += costMs;
    const elapsedMs = nowMs - this.#sinceMs;
    if (++this.#count < spanCount || elapsedMs < spanMs) return;
    const seen = this.#spentMs / elapsedMs;
    this.#perMs = this.#perMs === 0 ? seen : this.#perMs + meanRate * (seen - this.#perMs);
    this.began(nowMs);
  }

  /** Milliseconds until so much has gone. 0 as long as nothing is known. */
  timeFor(costMs: number): number {
    return this.#perMs === 0 ? 0 : costMs / this.#perMs;
  }
}
