import type { Exchange } from "./exchange.ts";

const indexBits = 15;
const maxExchanges = 1 << indexBits;
const generations = 1 << 16;

/**
 * The exchanges of a connection by id. An id is an index, a generation that changes with each use
 * of the index, so that a late frame cannot hit a later exchange, and a last bit of 0.
 *
 * Not a Map, for the reason that `DenseSet` gives.
 */
export class ExchangeTable {
  readonly #slots: (Exchange | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.length - this.#free.length;
  }

  /** Makes an exchange under a free id. Undefined when there are as many as ids. */
  add(make: (id: number) => Exchange): Exchange | undefined {
    const index = this.#free.pop() ?? this.#slots.length;
    if (index === maxExchanges) return undefined;
    // From 1, so that no exchange has the id 0, which frames about no exchange have.
    const generation = ((this.#generations[index] ?? 0) % (generations - 1)) + 1;
    this.#generations[index] = generation;
    const exchange = make(((generation << indexBits) | index) * 2);
    this.#slots[index] = exchange;
    return exchange;
  }

  get(id: number): Exchange | undefined {
    const exchange = this.#slots[(id / 2) & (maxExchanges - 1)];
    return exchange?.id === id ? exchange : undefined;
  }

  /** Whether it can be the id of an exchange that was. */
  hasBeen(id: number): boolean {
    return id !== 0 && ((id / 2) & (maxExchanges - 1)) < this.#slots.length;
  }

  delete(exchange: Exchange): void {
    const index = (exchange.id / 2) & (maxExchanges - 1);
    if (this.#slots[index] !== exchange) return;
    this.#slots[index] = undefined;
    this.#free.push(index);
  }

  all(): Exchange[] {
    return this.#slots.filter((exchange) => exchange !== undefined);
  }
}
