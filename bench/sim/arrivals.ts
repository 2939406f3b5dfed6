import type { Random } from "./random.ts";
import type { Workload } from "./workload.ts";

/** How much closer to each other the requests of a burst come than others. */
const burstPace = 20;

/** The requests of a workload one after another: a Poisson process thinned to the day's shape, with bursts in it. */
export class Arrivals {
  atMs = 0;
  fn = 0;
  readonly #workload: Workload;
  readonly #random: Random;
  readonly #endMs: number;
  #burst = 0;

  constructor(workload: Workload, requests: number, random: Random) {
    this.#workload = workload;
    this.#random = random;
    this.#endMs = requests / workload.rate;
  }

  next(): void {
    const { rate, shape, peak, bursts } = this.#workload;
    const random = this.#random;
    if (this.#burst > 0) {
      this.#burst--;
      this.atMs += random.exponential(1 / (rate * burstPace));
      return;
    }
    do this.atMs += random.exponential(1 / (rate * peak));
    while (random.next() * peak > shape(this.atMs / this.#endMs));
    this.fn = this.#pick(random.next());
    if (random.next() < bursts.share) this.#burst = Math.ceil(random.exponential(bursts.length));
  }

  #pick(share: number): number {
    const { cumulative } = this.#workload.functions;
    let [low, high] = [0, cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] as number) < share) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
