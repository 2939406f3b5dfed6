/** Characters that may come at once, and that are given back each second. */
const mostAtOnce = 1024 * 1024;
const perSecond = 64 * 1024;
/** Of a line in the log, beside its text. */
const lineCharacters = 200;

/** How much a container may log that belongs to no request, and so to no request's limit. */
export class LogAllowance {
  readonly #now: () => number;
  #left = mostAtOnce;
  #atMs: number;
  #isOver = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#atMs = now();
  }

  /** `over`: this line is the first of those that are left out. */
  take(text: string): "logged" | "over" | "left out" {
    const atMs = this.#now();
    this.#left = Math.min(mostAtOnce, this.#left + ((atMs - this.#atMs) / 1_000) * perSecond);
    this.#atMs = atMs;
    const characters = text.length + lineCharacters;
    if (characters <= this.#left) {
      this.#left -= characters;
      this.#isOver = false;
      return "logged";
    }
    if (this.#isOver) return "left out";
    this.#isOver = true;
    // Else a short line now and then would have each flood told of anew.
    this.#left = 0;
    return "over";
  }
}
