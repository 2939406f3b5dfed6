import { poolThread } from "../thread-meter.ts";

/** Node's pool has four threads; one is left to files and to names of hosts. */
const mostRunning = 3;
/** Of those that take long: a short one always finds a thread. */
const mostLongRunning = 2;
const mostOfOneOwner = 2;

interface Waiting {
  readonly owner: object;
  readonly long: boolean;
  readonly run: () => Promise<void>;
}

/**
 * Who may use the threads of Node's pool, for all isolates of a process: in order, but nobody is
 * given all of them.
 */
export class Turns {
  readonly #waiting: Waiting[] = [];
  readonly #byOwner = new Map<object, number>();
  #running = 0;
  #longRunning = 0;

  /** Runs `run` now or later. It must not reject. */
  take(owner: object, long: boolean, run: () => Promise<void>): void {
    const wish = { owner, long, run };
    if (this.#mayRun(wish)) this.#start(wish);
    else this.#waiting.push(wish);
  }

  #mayRun({ owner, long }: Waiting): boolean {
    if (this.#running >= mostRunning || (this.#byOwner.get(owner) ?? 0) >= mostOfOneOwner) return false;
    return !long || this.#longRunning < mostLongRunning;
  }

  #start(wish: Waiting): void {
    this.#count(wish, 1);
    void wish.run().finally(() => {
      this.#count(wish, -1);
      this.#startNext();
    });
  }

  #startNext(): void {
    const at = this.#waiting.findIndex((wish) => this.#mayRun(wish));
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (next) this.#start(next);
  }

  #count({ owner, long }: Waiting, by: 1 | -1): void {
    this.#running += by;
    poolThread(by);
    if (long) this.#longRunning += by;
    const left = (this.#byOwner.get(owner) ?? 0) + by;
    if (left > 0) this.#byOwner.set(owner, left);
    else this.#byOwner.delete(owner);
  }
}
