import type { AbortSignal } from "./events/abort.ts";
import { clearTimeout, setTimeout } from "./timers.ts";
import { defineInterface, toDictionary } from "./webidl.ts";

class Scheduler {
  /** Resolves after `delay` milliseconds; rejects with the signal's reason when that comes first. */
  async wait(delay: unknown, options?: { signal?: AbortSignal }): Promise<void> {
    const { signal } = toDictionary(options, "scheduler.wait");
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delay);
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise;
  }
}
defineInterface(Scheduler, "Scheduler");

export const scheduler = new Scheduler();
