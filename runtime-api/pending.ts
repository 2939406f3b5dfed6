import { currentInvocation } from "./current.ts";
import { running } from "./execution-context.ts";
import { SafeMap } from "./tamper-proof.ts";

const fewest = 16;

/**
 * What waits for word from the host, by stream. An invocation may end before that word, which never
 * comes then: what belongs to such ones is swept out whenever there is twice as much as last time.
 */
export class Pending<T extends { readonly invocation: number }> {
  readonly #entries = new SafeMap<number, T>();
  #sweepAt = fewest;

  set(stream: number, entry: T): void {
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    this.#entries.set(stream, entry);
  }

  get(stream: number): T | undefined {
    return this.#entries.get(stream);
  }

  delete(stream: number): void {
    this.#entries.delete(stream);
  }

  #sweep(): void {
    // One that is in its first entry is not listed yet.
    const alive = running.ids().add(currentInvocation());
    this.#entries.forEach(({ invocation }, stream) => {
      // What modules began outlives their loading.
      if (invocation !== 0 && !alive.has(invocation)) this.#entries.delete(stream);
    });
    this.#sweepAt = Math.max(fewest, this.#entries.size * 2);
  }
}
