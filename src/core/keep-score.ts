/** After so long without a use, earlier uses count half. */
const halfLifeMs = 5 * 60_000;

/**
 * How much it is worth to keep something in memory, from what is known of it: how often and how lately it was used, what it
 * costs to bring back, and what it takes meanwhile. Whatever has the least score goes first.
 *
 * The expected cost that a byte kept saves: uses, each counting half as much for every half-life since, times the
 * cost, through the size. That is LRFU (Lee et al., IEEE Transactions on Computers 50(12), 2001) with the weights of
 * Greedy-Dual-Size (Cao and Irani, USITS 1997). As a logarithm, so that the score of what is not used need not be
 * counted down: as time goes by all lose the same. With equal costs and sizes, of those used once the one used longest ago
 * goes first, as with least recently used.
 */
export class KeepScore {
  #uses = 0;
  #lastMs = 0;
  #costMs: number;
  #bytes: number;

  /** @param costMs to bring it back, in milliseconds. */
  constructor(costMs: number, bytes: number) {
    this.#costMs = costMs;
    this.#bytes = bytes;
  }

  /** @param nowMs monotonic, in milliseconds. */
  used(nowMs: number): void {
    this.#uses = 1 + this.#uses * 2 ** ((this.#lastMs - nowMs) / halfLifeMs);
    this.#lastMs = nowMs;
  }

  costs(ms: number): void {
    this.#costMs = ms;
  }

  weighs(bytes: number): void {
    this.#bytes = bytes;
  }

  /** Only differences between scores mean anything. */
  get value(): number {
    return Math.log2((this.#uses * this.#costMs) / this.#bytes) + this.#lastMs / halfLifeMs;
  }
}
