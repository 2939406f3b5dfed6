/** Milliseconds of a short operation, which is not counted. */
const shortMs = 5;
const mostMs = 200;
/** Of the time that goes by. */
const share = 0.1;

/**
 * How long an isolate may hold the host's thread by operations that nothing can interrupt. Isolates in the main lane hold it
 * whenever they run, and are bounded by what they may compute; those on threads are there because they compute for long.
 */
export class HeldThread {
  #leftMs = mostMs;
  #lastMs: number;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  /** False when it has held it for too long of late. */
  take(ms: number, nowMs: number): boolean {
    if (ms < shortMs) return true;
    this.#leftMs = Math.min(mostMs, this.#leftMs + (nowMs - this.#lastMs) * share);
    this.#lastMs = nowMs;
    if (ms > this.#leftMs) return false;
    this.#leftMs -= ms;
    return true;
  }
}
