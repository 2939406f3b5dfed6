import { currentInvocation } from "../current.ts";
import { queueTask } from "../timers.ts";

/**
 * What has arrived, in order, for a receiver that may not be there yet. Each piece comes in a task of its own,
 * which belongs to the request that gave the cause for it: the sender, or who begins to receive.
 */
export class Inbox<T> {
  readonly #queue: T[] = [];
  #receive: ((item: T) => void) | undefined;
  /** The request whose task will deliver the next piece. */
  #deliveredBy: number | undefined;

  put(item: T): void {
    this.#queue.push(item);
    this.#schedule();
  }

  /** Undefined: what arrives waits. */
  set receiver(receive: ((item: T) => void) | undefined) {
    this.#receive = receive;
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#receive || this.#queue.length === 0 || this.#deliveredBy === currentInvocation()) return;
    // First, for it throws when there are too many timers.
    queueTask(() => this.#deliver());
    this.#deliveredBy = currentInvocation();
  }

  #deliver(): void {
    this.#deliveredBy = undefined;
    if (!this.#receive || this.#queue.length === 0) return;
    const item = this.#queue.shift() as T;
    // Before its listener, which may throw or end the request.
    this.#schedule();
    this.#receive(item);
  }
}
