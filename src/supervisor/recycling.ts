import type { Clock } from "../core/clock.ts";
import type { Timers } from "./timers.ts";

export type RecycleReason = "age" | "memory";

export interface RecyclingOptions<Pool> {
  /** A process that is older gives its place to another, in milliseconds; 0: age is no reason. */
  readonly afterMs: number;
  /** The same of one that holds more memory, in MiB; 0: memory is no reason. */
  readonly aboveMb: number;
  readonly everyMs: number;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Those that serve. Null while one of them starts or another still leaves: then is no time for the next. */
  readonly settled: () => readonly Pool[] | null;
  /** In KiB; null when it is gone. */
  readonly residentKb: (pool: Pool) => number | null;
  readonly recycle: (pool: Pool, reason: RecycleReason) => void;
}

/** Where much memory is in use for good reason, a newcomer soon holds as much: it is not replaced at once. */
const leastLifeMs = 10 * 60_000;

/**
 * Has old and large processes replaced, one at a time and without loss: allocators and V8 do not give back all that
 * dead isolates held, so that a process grows over weeks of births and deaths.
 *
 * @returns what ends it.
 */
export function recycleProcesses<Pool extends object>(options: RecyclingOptions<Pool>): () => void {
  const { afterMs, aboveMb, everyMs, timers, clock, settled, residentKb, recycle } = options;
  if (afterMs === 0 && aboveMb === 0) return () => undefined;
  const since = new WeakMap<Pool, number>();
  const reasonOf = (pool: Pool, now: number): RecycleReason | null => {
    const seen = since.get(pool);
    if (seen === undefined) {
      since.set(pool, now);
      return null;
    }
    if (afterMs > 0 && now - seen >= afterMs) return "age";
    if (aboveMb > 0 && now - seen >= leastLifeMs && (residentKb(pool) ?? 0) > aboveMb * 1024) return "memory";
    return null;
  };
  return timers.every(everyMs, () => {
    const now = clock.now();
    let chosen: readonly [Pool, RecycleReason] | undefined;
    for (const pool of settled() ?? []) {
      const reason = reasonOf(pool, now);
      if (reason) chosen ??= [pool, reason];
    }
    if (chosen) recycle(...chosen);
  });
}
