/** Runs something when it is asked for: at once after a pause, and else so long after it ran last. */
export class Paced {
  readonly #everyMs: number;
  readonly #run: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #due = false;

  constructor(everyMs: number, run: () => void) {
    this.#everyMs = everyMs;
    this.#run = run;
  }

  /** However often it is asked for in the meantime, it runs once. Never before this returns. */
  ask(): void {
    if (this.#due) return;
    this.#due = true;
    const waitMs = this.#lastMs + this.#everyMs - performance.now();
    setTimeout(() => this.#now(), Math.max(0, waitMs));
  }

  #now(): void {
    this.#due = false;
    this.#lastMs = performance.now();
    this.#run();
  }
}
