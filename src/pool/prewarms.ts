import type { LiveFunction } from "../core/deployment.ts";
import type { PrewarmOutcome } from "../core/prewarm.ts";

interface Pending {
  readonly fn: LiveFunction;
  readonly outcome: Promise<PrewarmOutcome>;
  readonly settle: (outcome: PrewarmOutcome) => void;
}

/** What a pool process can say of one, by its number in the frame. */
const saidOutcomes = ["warm", "failed", "busy", "full"] as const;
export type SaidOutcome = (typeof saidOutcomes)[number];

export function outcomeNumber(outcome: SaidOutcome): number {
  return saidOutcomes.indexOf(outcome);
}

/** The versions that a pool process was asked to load ahead of requests, by isolate key. */
export class Prewarms {
  readonly #pending = new Map<string, Pending>();

  /** Calls `send` unless the same has been asked already. */
  ask(key: string, fn: LiveFunction, send: () => void): Promise<PrewarmOutcome> {
    const known = this.#pending.get(key);
    if (known) return known.outcome;
    const { promise, resolve } = Promise.withResolvers<PrewarmOutcome>();
    this.#pending.set(key, { fn, outcome: promise, settle: resolve });
    send();
    return promise;
  }

  /** What is being loaded under a key. */
  functionOf(key: string): LiveFunction | undefined {
    return this.#pending.get(key)?.fn;
  }

  keys(): IterableIterator<string> {
    return this.#pending.keys();
  }

  /** @returns false when that was not asked, or is no outcome. */
  answered(key: string, number: number): boolean {
    const pending = this.#pending.get(key);
    const outcome = saidOutcomes[number];
    if (!pending || !outcome) return false;
    this.#pending.delete(key);
    pending.settle(outcome);
    return true;
  }

  lost(): void {
    for (const { settle } of this.#pending.values()) settle("lost");
    this.#pending.clear();
  }
}
