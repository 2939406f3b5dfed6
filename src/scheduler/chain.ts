/** What can be in one chain at a time. */
export abstract class Link {
  chain: object | undefined;
  before: Link | undefined;
  after: Link | undefined;
}

/** A list whose items come, go and are taken out of its middle in constant time, without a table beside it. */
export class Chain<Item extends Link> {
  #first: Link | undefined;
  #last: Link | undefined;

  get first(): Item | undefined {
    return this.#first as Item | undefined;
  }

  append(item: Item): void {
    item.chain = this;
    item.before = this.#last;
    item.after = undefined;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
  }

  /** False for what is not in it. */
  remove(item: Item): boolean {
    if (item.chain !== this) return false;
    const { before, after } = item;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    item.chain = undefined;
    item.before = undefined;
    item.after = undefined;
    return true;
  }

  moveToEnd(item: Item): void {
    if (this.#last === item || !this.remove(item)) return;
    this.append(item);
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let item = this.#first; item; ) {
      // Looked up before, so that the item may be taken out meanwhile.
      const next: Link | undefined = item.after;
      yield item as Item;
      item = next;
    }
  }
}
