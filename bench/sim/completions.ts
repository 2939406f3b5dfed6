/** Numbers of requests by when they are over, the first first: a binary heap. */
export class Completions {
  #atMs = new Float64Array(1024);
  #items = new Uint32Array(1024);
  #length = 0;

  get nextMs(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : (this.#atMs[0] as number);
  }

  add(atMs: number, item: number): void {
    if (this.#length === this.#items.length) this.#grow();
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if ((this.#atMs[parent] as number) <= atMs) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#atMs[i] = atMs;
    this.#items[i] = item;
  }

  take(): number {
    const first = this.#items[0] as number;
    const last = --this.#length;
    const atMs = this.#atMs[last] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      if (child + 1 < last && (this.#atMs[child + 1] as number) < (this.#atMs[child] as number)) child++;
      if ((this.#atMs[child] as number) >= atMs) break;
      this.#move(child, i);
      i = child;
    }
    this.#atMs[i] = atMs;
    this.#items[i] = this.#items[last] as number;
    return first;
  }

  #move(from: number, to: number): void {
    this.#atMs[to] = this.#atMs[from] as number;
    this.#items[to] = this.#items[from] as number;
  }

  #grow(): void {
    const [atMs, items] = [new Float64Array(2 * this.#length), new Uint32Array(2 * this.#length)];
    atMs.set(this.#atMs);
    items.set(this.#items);
    [this.#atMs, this.#items] = [atMs, items];
  }
}
