/** A request that comes so late, in milliseconds, may be refused … */
const lateMs = 50;
/** … if all did that came within so long, and so many were they. */
const [spanMs, spanRequests] = [100, 8];

/** Of that time, what its main thread has computed for at least: one that the machine does not let run is not better off elsewhere. */
const leastShare = 0.5;

/**
 * Whether this process is behind with its requests for good, and not only for the moment that a cold start or a collection of
 * garbage takes: as in CoDel, when all that came within a span of time were late.
 */
export class StandingLag {
  #behind = false;
  #seen = 0;
  #sinceMs = 0;
  #cpuMs = 0;
  readonly #cpuNowMs: () => number;

  /** @param cpuNowMs CPU time of this thread so far. */
  constructor(cpuNowMs = threadCpuMs) {
    this.#cpuNowMs = cpuNowMs;
  }

  /** A request has come after so long. True if it had better go elsewhere. */
  observe(waitMs: number, nowMs: number): boolean {
    // Nearly all end here: one that comes in time ends it at once.
    if (waitMs < lateMs) {
      this.#behind = false;
      this.#seen = 0;
      return false;
    }
    if (this.#seen === 0) this.#begin(nowMs);
    if (++this.#seen >= spanRequests && nowMs - this.#sinceMs >= spanMs) {
      this.#behind = this.#cpuNowMs() - this.#cpuMs >= leastShare * (nowMs - this.#sinceMs);
      this.#seen = 0;
    }
    return this.#behind;
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#cpuMs = this.#cpuNowMs();
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
