/** CPU milliseconds that all threads but this one have used since the process began. */
function otherThreadsCpuMs(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1000;
}

/**
 * Meters an entry on a thread from outside. isolated-vm tells no thread's CPU time, so it is bounded
 * from two sides: by the clock (which counts the waiting for a core and for ops) and by the CPU
 * time of all other threads (which counts other entries that run at the same time).
 */
export class ThreadMeter {
  #startedAtMs = 0;
  #othersCpuMs = 0;

  start(): void {
    this.#startedAtMs = performance.now();
    this.#othersCpuMs = otherThreadsCpuMs();
  }

  chargedMs(): number {
    return Math.min(performance.now() - this.#startedAtMs, otherThreadsCpuMs() - this.#othersCpuMs);
  }
}
