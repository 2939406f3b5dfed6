import { availableParallelism } from "node:os";

/**
 * How many entries may be on threads at a time: isolated-vm starts a thread for each, and more than
 * there are cores only take turns.
 */
export class ThreadSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(slots: number = availableParallelism()) {
    this.#free = slots;
  }

  /** Calls `run` once a slot is free, at once if one is; first come, first served. */
  take(run: () => void): void {
    if (this.#free === 0) {
      this.#waiting.push(run);
      return;
    }
    this.#free--;
    run();
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
