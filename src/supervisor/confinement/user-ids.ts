/**
 * User ids for pool processes, one each, so that none may signal, trace or read another. An id is
 * given again only after its process is dead.
 */
export class UserIds {
  readonly #first: number;
  readonly #taken = new Set<number>();

  constructor(first: number) {
    this.#first = first;
  }

  take(): number {
    let id = this.#first;
    while (this.#taken.has(id)) id += 1;
    this.#taken.add(id);
    return id;
  }

  release(id: number): void {
    this.#taken.delete(id);
  }
}
