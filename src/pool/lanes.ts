import { LRUCache } from "lru-cache";
import type { Limits } from "../core/limits.ts";

/** A version that may compute for longer than this at a time is on threads from the start. */
const longCpuMs = 100;
/**
 * A version whose slow entries hold the main thread for so much of the time moves to threads. Not for their
 * number: of a million short entries some are slow because the machine was.
 */
const slowShare = 0.02;
/** That is judged over so long at least … */
const leastMs = 10_000;
/** … and at most. */
const windowMs = 60_000;
const remembered = 10_000;

interface Record {
  slowMs: number;
  sinceMs: number;
  long: boolean;
}

/**
 * Which versions are entered on threads: those that say that they compute for long, those that
 * were seen to, and all in a process that is kept for doubtful code. The others are entered on the
 * main thread, where an entry costs some 70 µs less and holds everybody else up.
 */
export class Lanes {
  readonly #records = new LRUCache<string, Record>({ max: remembered });
  #doubtful = false;

  /** From now on this process is for versions that are not trusted: all new isolates are entered on threads. */
  doubt(): void {
    this.#doubtful = true;
  }

  laneOf(key: string, limits: Limits): "main" | "thread" {
    return this.#doubtful || limits.cpuMs > longCpuMs || this.#records.get(key)?.long ? "thread" : "main";
  }

  /** An entry held the main thread for `ms`, which is long. True if the version is to be on threads from now on. */
  slow(key: string, ms: number, nowMs: number): boolean {
    const record = this.#recordOf(key, nowMs);
    if (nowMs - record.sinceMs > windowMs) {
      record.slowMs = 0;
      record.sinceMs = nowMs;
    }
    record.slowMs += ms;
    if (record.slowMs >= slowShare * Math.max(nowMs - record.sinceMs, leastMs)) record.long = true;
    return record.long;
  }

  /** It was ended for computing too long, or its modules were begun anew on a thread. */
  tooLong(key: string, nowMs: number): void {
    this.#recordOf(key, nowMs).long = true;
  }

  #recordOf(key: string, nowMs: number): Record {
    let record = this.#records.get(key);
    if (!record) {
      record = { slowMs: 0, sinceMs: nowMs, long: false };
      this.#records.set(key, record);
    }
    return record;
  }
}
