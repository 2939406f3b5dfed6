/** An object that can be in one DenseSet at a time. */
export interface Slotted {
  /** Its index there; for the set only. */
  slot: number;
}

/**
 * A set for objects that come and go with every request.
 *
 * Not a Set or Map: V8 builds their tables anew every few additions and removals, each old table
 * keeps its entries and points to the next, and once one of them has been promoted all later ones
 * are kept until a full collection. Measured with 32 requests in flight: young collections took
 * 20 ms instead of 0.4 ms, and a sixth of all CPU time.
 */
export class DenseSet<T extends Slotted> implements Iterable<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    item.slot = this.#items.length;
    this.#items.push(item);
  }

  /** Does nothing for what is not in the set. */
  delete(item: T): void {
    const { slot } = item;
    if (this.#items[slot] !== item) return;
    const last = this.#items.pop() as T;
    if (last === item) return;
    this.#items[slot] = last;
    last.slot = slot;
  }

  /** Over a copy, so that items may be deleted meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#items].values();
  }
}
