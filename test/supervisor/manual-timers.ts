import type { Clock } from "../../src/core/clock.ts";
import type { Timers } from "../../src/supervisor/timers.ts";

interface Entry {
  at: number;
  readonly ms: number;
  readonly repeats: boolean;
  readonly run: () => void;
}

/** Timers, and a clock with them, that move only when a test says so. */
export class ManualTimers implements Timers, Clock {
  #now = 0;
  readonly #entries = new Set<Entry>();
  #onSet: () => void = () => undefined;

  after(ms: number, run: () => void): () => void {
    return this.#add({ at: this.#now + ms, ms, repeats: false, run });
  }

  every(ms: number, run: () => void): () => void {
    return this.#add({ at: this.#now + ms, ms, repeats: true, run });
  }

  now(): number {
    return this.#now;
  }

  epochMs(): number {
    return this.#now;
  }

  /** The delays of all timers that have not run, in the order in which they were set. */
  get delays(): number[] {
    return [...this.#entries].map((entry) => entry.ms);
  }

  /** Resolves as soon as a timer of `ms` milliseconds waits. */
  async whenSet(ms: number): Promise<void> {
    while (!this.delays.includes(ms)) {
      await new Promise<void>((resolve) => {
        this.#onSet = resolve;
      });
    }
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#now = next.at;
      if (next.repeats) next.at += next.ms;
      else this.#entries.delete(next);
      next.run();
    }
    this.#now = end;
  }

  #add(entry: Entry): () => void {
    this.#entries.add(entry);
    this.#onSet();
    return () => this.#entries.delete(entry);
  }

  #due(end: number): Entry | undefined {
    return [...this.#entries].filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
