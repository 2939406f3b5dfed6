/** Which of many has the least in flight: a tournament, so that a change costs log n and the answer nothing. */
export class LeastBusy {
  readonly #size: number;
  readonly #busy: Float64Array;
  /** The winner of each match; 1 is the final. */
  readonly #winners: Uint32Array;

  constructor(count: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
    this.#busy = new Float64Array(this.#size).fill(Number.POSITIVE_INFINITY).fill(0, 0, count);
    this.#winners = new Uint32Array(this.#size);
    for (let match = this.#size - 1; match > 0; match--) this.#play(match);
  }

  get first(): number {
    return this.#winners[1] as number;
  }

  set(index: number, busy: number): void {
    this.#busy[index] = busy;
    for (let match = (index + this.#size) >>> 1; match > 0; match >>>= 1) this.#play(match);
  }

  #play(match: number): void {
    const [left, right] = [this.#winner(2 * match), this.#winner(2 * match + 1)];
    this.#winners[match] = (this.#busy[right] as number) < (this.#busy[left] as number) ? right : left;
  }

  #winner(match: number): number {
    return match >= this.#size ? match - this.#size : (this.#winners[match] as number);
  }
}
