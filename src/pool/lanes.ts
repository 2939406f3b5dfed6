import { LRUCache } from "lru-cache";
import type { Limits } from "../core/limits.ts";

/** A version that may compute for longer than this at a time is on threads from the start. */
const longCpuMs = 100;
/** So many slow entries … */
const slowEntries = 3;
/** … within so long move a version to threads. */
const windowMs = 60_000;
const remembered = 10_000;

interface Record {
  slow: number;
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

  /** An entry held the main thread for long. True if the version is to be on threads from now on. */
  slow(key: string, nowMs: number): boolean {
    const record = this.#recordOf(key, nowMs);
    if (nowMs - record.sinceMs > windowMs) {
      record.slow = 0;
      record.sinceMs = nowMs;
    }
    record.slow++;
    if (record.slow >= slowEntries) record.long = true;
    return record.long;
  }

  /** It was ended for computing too long, or its modules were begun anew on a thread. */
  tooLong(key: string, nowMs: number): void {
    this.#recordOf(key, nowMs).long = true;
  }

  #recordOf(key: string, nowMs: number): Record {
    let record = this.#records.get(key);
    if (!record) {
      record = { slow: 0, sinceMs: nowMs, long: false };
      this.#records.set(key, record);
    }
    return record;
  }
}
