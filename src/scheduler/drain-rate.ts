/** Over so long at least, and so many, a rate is measured: a moment in which the machine did something else says nothing. */
const [spanMs, spanCount] = [100, 8];
/** Those that go within so long go together: answers come in batches, of which a part says nothing. */
const togetherMs = 1;
/** How fast the mean follows. */
const meanRate = 0.3;

/** How fast a line that is not empty gets shorter, in expected cost for each millisecond. */
export class DrainRate {
  #perMs = 0;
  #spentMs = 0;
  #count = 0;
  #sinceMs = Number.POSITIVE_INFINITY;
  #lastMs = 0;
  /** While a burst is still being read, hardly anybody goes: the first span of a line says how long that takes. */
  #isFirstSpan = true;

  /** The line was empty until now. */
  began(nowMs: number): void {
    this.#restart(nowMs);
    this.#isFirstSpan = true;
  }

  /** One has gone that was expected to cost so much. */
  gone(costMs: number, nowMs: number): void {
    const isNextBatch = nowMs - this.#lastMs > togetherMs;
    if (isNextBatch && this.#count >= spanCount && this.#lastMs - this.#sinceMs >= spanMs) this.#measure(nowMs);
    this.#spentMs += costMs;
    this.#count++;
    this.#lastMs = nowMs;
  }

  /** Milliseconds until so much has gone. 0 as long as nothing is known. */
  timeFor(costMs: number): number {
    return this.#perMs === 0 ? 0 : costMs / this.#perMs;
  }

  #measure(nowMs: number): void {
    const seen = this.#spentMs / (nowMs - this.#sinceMs);
    if (!this.#isFirstSpan) this.#perMs = this.#perMs === 0 ? seen : this.#perMs + meanRate * (seen - this.#perMs);
    this.#restart(nowMs);
    this.#isFirstSpan = false;
  }

  #restart(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#spentMs = 0;
    this.#count = 0;
  }
}
