import type { Verdict } from "../core/messages.ts";

/** The supervisor sees a death within milliseconds; with no word from it nobody is blamed. */
const waitMs = 500;
/** Verdicts that have come and that no connection has asked for yet. */
const maxKept = 100;

/** What the supervisor says about the deaths of pool processes, before or after a front's connection breaks. */
export class Verdicts {
  readonly #known = new Map<string, Verdict>();
  readonly #waiting = new Map<string, ((verdict: Verdict) => void)[]>();

  arrived(pool: string, verdict: Verdict): void {
    this.#known.set(pool, verdict);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxKept) break;
      this.#known.delete(oldest);
    }
    for (const tell of this.#waiting.get(pool) ?? []) tell(verdict);
    this.#waiting.delete(pool);
  }

  of(pool: string): Promise<Verdict | null> {
    const known = this.#known.get(pool);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(pool);
        resolve(null);
      }, waitMs);
      const tell = (verdict: Verdict) => {
        clearTimeout(timer);
        resolve(verdict);
      };
      this.#waiting.set(pool, [...(this.#waiting.get(pool) ?? []), tell]);
    });
  }
}
