/** CPU milliseconds that all threads but this one have used since the process began. */
function otherThreadsCpuMs(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1000;
}

const running = new Set<ThreadMeter>();
let sampledMs = 0;
let sampledAtMs = 0;
/** Threads of Node's own pool that compute for guests now, and are paid for in another way. */
let poolThreads = 0;

/** Shares what the threads have used since the last time among the entries that ran meanwhile. */
function share(): void {
  const nowMs = otherThreadsCpuMs();
  const atMs = performance.now();
  // On a machine whose cores are shared they had less, and the entries go free for it: the clock's allowance ends them.
  const poolMs = poolThreads * (atMs - sampledAtMs);
  // The kernel gives the times that this is the difference of at different moments: it may be less than before.
  const usedMs = Math.max(0, nowMs - sampledMs - poolMs);
  for (const meter of running) meter.sharedMs += usedMs / running.size;
  sampledMs = nowMs;
  sampledAtMs = atMs;
}

/** A thread of Node's pool begins (1) or ends (-1) work that no entry is to be charged for. */
export function poolThread(change: 1 | -1): void {
  share();
  poolThreads += change;
}

/**
 * Meters an entry on a thread from outside, since isolated-vm tells no thread's CPU time: its part of
 * what all threads use, which it shares evenly with the entries that run at the same time, and no
 * more than has passed by the clock. So one that waits bears with one that computes; the clock's
 * allowance ends the one that computes, if its half of the time does not.
 */
export class ThreadMeter {
  sharedMs = 0;
  #startedAtMs = 0;

  start(): void {
    share();
    this.#startedAtMs = performance.now();
    this.sharedMs = 0;
    running.add(this);
  }

  stop(): void {
    share();
    running.delete(this);
  }

  /** From `start` on, until now or `stop`. */
  chargedMs(): number {
    if (running.has(this)) share();
    return Math.min(performance.now() - this.#startedAtMs, this.sharedMs);
  }
}
