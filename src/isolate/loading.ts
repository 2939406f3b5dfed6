import type { LoadFailure } from "./load-failure.ts";

/** How the loading of an isolate's modules goes: its time, what went wrong, and who waits for its end. */
export class Loading {
  failure: LoadFailure | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];

  /** Calls `timeUp` after `ms`, unless the timer runs already or is stopped. */
  limit(ms: number, timeUp: () => void): void {
    this.#timer ??= setTimeout(timeUp, ms);
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Calls back at its end. */
  wait(callback: () => void): void {
    this.#waiting.push(callback);
  }

  over(): void {
    for (const callback of this.#waiting.splice(0)) callback();
  }
}
