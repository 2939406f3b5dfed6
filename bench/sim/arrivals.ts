import { Completions } from "./completions.ts";
import type { Random } from "./random.ts";
import { computeMs, executionMs, type Workload } from "./workload.ts";

/**
 * The requests of a workload one after another: sessions begin as a Poisson process thinned to the day's shape, and go on
 * beside each other. The same for the same seed, whatever becomes of them.
 */
export class Arrivals {
  atMs = 0;
  fn = 0;
  /** On a core, and waiting for others. */
  cpuMs = 0;
  waitMs = 0;
  readonly #workload: Workload;
  readonly #random: Random;
  readonly #endMs: number;
  readonly #picks: AliasTable;
  /** The next requests of sessions that go on, by function. */
  readonly #going = new Completions();
  #nextSessionMs = 0;

  constructor(workload: Workload, requests: number, random: Random) {
    this.#workload = workload;
    this.#random = random;
    this.#endMs = requests / workload.rate;
    this.#picks = new AliasTable(workload.shares);
    this.#drawSession();
  }

  next(): void {
    const { sessions, times } = this.#workload;
    const random = this.#random;
    if (this.#going.nextMs <= this.#nextSessionMs) {
      this.atMs = this.#going.nextMs;
      this.fn = this.#going.take();
    } else {
      this.atMs = this.#nextSessionMs;
      this.fn = this.#picks.pick(random);
      this.#drawSession();
    }
    if (sessions.length > 1 && random.next() < 1 - 1 / sessions.length) {
      const gapMs = random.next() < sessions.shortShare ? sessions.shortMs : sessions.longMs;
      this.#going.add(this.atMs + random.exponential(gapMs), this.fn);
    }
    const ms = executionMs(times, this.fn, random.normal());
    this.cpuMs = computeMs(times, ms);
    this.waitMs = ms - this.cpuMs;
  }

  #drawSession(): void {
    const { rate, shape, peak, sessions } = this.#workload;
    const random = this.#random;
    const gapMs = sessions.length / (rate * peak);
    do this.#nextSessionMs += random.exponential(gapMs);
    while (random.next() * peak > shape(this.#nextSessionMs / this.#endMs));
  }
}

/** Picks one of many by their shares in constant time (M. Vose, IEEE Transactions on Software Engineering 17, 1991). */
class AliasTable {
  readonly #keep: Float64Array;
  readonly #other: Uint32Array;

  constructor(shares: Float64Array) {
    const count = shares.length;
    this.#keep = shares.map((share) => share * count);
    this.#other = new Uint32Array(count);
    const small: number[] = [];
    const large: number[] = [];
    for (const [i, share] of this.#keep.entries()) (share < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const [less, more] = [small.pop() as number, large.pop() as number];
      this.#other[less] = more;
      const left = (this.#keep[more] as number) + (this.#keep[less] as number) - 1;
      this.#keep[more] = left;
      (left < 1 ? small : large).push(more);
    }
    for (const i of [...small, ...large]) this.#keep[i] = 1;
  }

  pick(random: Random): number {
    const i = random.below(this.#keep.length);
    return random.next() < (this.#keep[i] as number) ? i : (this.#other[i] as number);
  }
}
