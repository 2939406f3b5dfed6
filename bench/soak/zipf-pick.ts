/** Picks the first of a list most often, the second half as often, the third a third as often, and so on. */
export class ZipfPick<T> {
  readonly #items: readonly T[];
  /** The sum of the shares up to each. */
  readonly #sums: readonly number[];

  constructor(items: readonly T[]) {
    let sum = 0;
    this.#items = items;
    this.#sums = items.map((_, i) => (sum += 1 / (i + 1)));
  }

  next(): T {
    const point = Math.random() * (this.#sums.at(-1) ?? 0);
    const item = this.#items[this.#sums.findIndex((sum) => point < sum)];
    if (item === undefined) throw new RangeError("there is nothing to pick from");
    return item;
  }
}
