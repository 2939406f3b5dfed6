/** How old a sample of the thread's CPU time may be when an entry starts. */
const sampleMs = 1;
/** Entries up to this long are charged by the clock: preemption hardly matters and asking costs 0.4 µs. */
const clockedMs = 1;

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Meters entries into isolates, all of which run on this thread, one at a time.
 *
 * The clock alone would charge a function for the time in which the kernel ran something else, and
 * on a busy machine end it for that. So long entries are charged by the thread's CPU time since a
 * sample that was at most 1 ms old when they began.
 */
export class EntryMeter {
  #startedAtMs = 0;
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #sampledCpuMs = 0;

  /** Gives the time, in milliseconds since the process started. */
  start(): number {
    this.#startedAtMs = performance.now();
    if (this.#startedAtMs - this.#sampledAtMs > sampleMs) this.#sample();
    return this.#startedAtMs;
  }

  /** Milliseconds by the clock since `start`. */
  elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** CPU milliseconds to charge for the entry so far. */
  chargedMs(): number {
    const elapsedMs = this.elapsedMs();
    if (elapsedMs <= clockedMs) return elapsedMs;
    return Math.min(elapsedMs, Math.max(0, threadCpuMs() - this.#sampledCpuMs));
  }

  #sample(): void {
    this.#sampledAtMs = this.#startedAtMs;
    this.#sampledCpuMs = threadCpuMs();
  }
}

/**
 * How long an entry may take by the clock when it may use `cpuMs`: twice that, for a machine whose
 * cores are shared, and so much more at least that a moment without a core does not end what is short.
 */
export function clockAllowanceMs(cpuMs: number): number {
  const ms = Math.max(0, Math.ceil(cpuMs));
  return Math.max(ms * 2 + 10, ms + 140);
}

export const entryMeter = new EntryMeter();
