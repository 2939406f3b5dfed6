import type { ChildKind } from "./child.ts";

export type ByKind<T> = Readonly<Record<ChildKind, T>>;

/** The processes of one kind, and how many cores their main threads took: 2.5 for two at full load and one at half. */
export interface KindLoad {
  readonly count: number;
  readonly busy: number;
}

export interface SplitNumbers {
  /** So many looks in a row, at the same processes, are averaged. */
  readonly looks: number;
  /** The load, 0 to 1, of a kind's average process from which on that kind holds the requests up. */
  readonly saturated: number;
  /** What a change has to bring: 1.15 for 15 % more requests like those that come now. */
  readonly gain: number;
  /** Between two changes. */
  readonly apartMs: number;
  /** Between a change and one that takes it back: a pool process that goes takes its warm isolates along. */
  readonly backMs: number;
}

export const usualSplitNumbers: SplitNumbers = {
  looks: 10,
  saturated: 0.85,
  gain: 1.15,
  apartMs: 30_000,
  backMs: 300_000,
};

/** So many there are of a kind at least: with a single pool process, its death would leave none. */
export const fewest: ByKind<number> = { front: 1, pool: 2 };
/** At a time, of all processes; one in any case. */
const mostAtATime = 1 / 8;

/** Some processes give their place to processes of the other kind. */
export interface Shift {
  readonly from: ChildKind;
  readonly to: ChildKind;
  readonly count: number;
  /** Of an average process, 0 to 1. */
  readonly load: ByKind<number>;
  /** How many times as many requests the best split could take, towards which this is a step. */
  readonly gain: number;
}

/**
 * How the processes are split into fronts and pool processes: state and rule, no timers and no system.
 *
 * Each request takes CPU time of both kinds, so what the server can do is held up by the kind that has least for what
 * there is to do: by `min(fronts / CPU time of fronts, pools / CPU time of pools)`. When a kind is saturated and another
 * split has that much larger, the split changes towards it. A change back would have to bring as much once more, by
 * another load, and waits for longer: it does not flap.
 */
export class SplitPolicy {
  readonly #numbers: SplitNumbers;
  #looks: ByKind<KindLoad>[] = [];
  #last: { readonly to: ChildKind; readonly atMs: number } | null = null;

  constructor(numbers: SplitNumbers = usualSplitNumbers) {
    this.#numbers = numbers;
  }

  /**
   * What is to change now, `atMs` by a clock that never goes back, after a look at the processes. Null for a look while
   * processes come or go: what was seen before does not count then.
   */
  look(look: ByKind<KindLoad> | null, atMs: number): Shift | null {
    if (!look) {
      this.#looks = [];
      return null;
    }
    this.#looks.push(look);
    if (this.#looks.length > this.#numbers.looks) this.#looks.shift();
    if (this.#looks.length < this.#numbers.looks) return null;
    const busy = { front: this.#meanBusy("front"), pool: this.#meanBusy("pool") };
    const shift = this.#towardsBest({ front: look.front.count, pool: look.pool.count }, busy);
    if (!shift || !this.#isDue(shift.to, atMs)) return null;
    this.#looks = [];
    this.#last = { to: shift.to, atMs };
    return shift;
  }

  #meanBusy(kind: ChildKind): number {
    return this.#looks.reduce((sum, look) => sum + look[kind].busy, 0) / this.#looks.length;
  }

  #towardsBest(now: ByKind<number>, busy: ByKind<number>): Shift | null {
    const best = bestSplit(now, busy);
    const gain = capacity(best, busy) / capacity(now, busy);
    const [from, to] = best.front > now.front ? (["pool", "front"] as const) : (["front", "pool"] as const);
    const load = { front: busy.front / now.front, pool: busy.pool / now.pool };
    if (gain < this.#numbers.gain || load[to] < this.#numbers.saturated) return null;
    const most = Math.max(1, Math.floor((now.front + now.pool) * mostAtATime));
    return { from, to, count: Math.min(most, best[to] - now[to]), load, gain };
  }

  #isDue(to: ChildKind, atMs: number): boolean {
    if (!this.#last) return true;
    const { apartMs, backMs } = this.#numbers;
    return atMs - this.#last.atMs >= (to === this.#last.to ? apartMs : backMs);
  }
}

/** How many times the present requests fit. */
function capacity(split: ByKind<number>, busy: ByKind<number>): number {
  // A kind that has nothing to do holds nothing up.
  return Math.min(split.front / busy.front, split.pool / busy.pool);
}

/** Of as many processes the split with most capacity, the nearest one to the present. */
function bestSplit(now: ByKind<number>, busy: ByKind<number>): ByKind<number> {
  let best = now;
  for (const step of [1, -1]) {
    for (
      let split = moved(now, step);
      split.front >= fewest.front && split.pool >= fewest.pool && capacity(split, busy) > capacity(best, busy);
      split = moved(split, step)
    ) {
      best = split;
    }
  }
  return best;
}

function moved({ front, pool }: ByKind<number>, toFront: number): ByKind<number> {
  return { front: front + toFront, pool: pool - toFront };
}
