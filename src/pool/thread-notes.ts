/** Keeps the note of which versions are entered on threads at the moment. */
export class ThreadNotes {
  readonly #write: (keys: readonly string[]) => void;
  /** A version may be in several isolates, of which one is about to end. */
  readonly #entered: string[] = [];

  constructor(write: (keys: readonly string[]) => void) {
    this.#write = write;
  }

  get running(): number {
    return this.#entered.length;
  }

  entered(key: string): void {
    this.#entered.push(key);
    this.#write(this.#entered);
  }

  left(key: string): void {
    const index = this.#entered.indexOf(key);
    if (index < 0) return;
    this.#entered.splice(index, 1);
    this.#write(this.#entered);
  }
}
