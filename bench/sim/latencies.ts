const perFactor = 100;
/** A hundredth of a microsecond. */
const leastMs = 1e-5;

/** Quantiles of many times, each right to 2 %: counts by the logarithm. */
export class Latencies {
  readonly #counts = new Float64Array(perFactor * 26);
  #total = 0;

  add(ms: number): void {
    const at = Math.round(Math.log(Math.max(ms, leastMs) / leastMs) * perFactor);
    const index = Math.min(at, this.#counts.length - 1);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
  }

  quantile(share: number): number {
    const wanted = share * this.#total;
    let seen = 0;
    for (const [i, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted && seen > 0) return i === 0 ? 0 : leastMs * Math.exp(i / perFactor);
    }
    return Number.NaN;
  }
}
