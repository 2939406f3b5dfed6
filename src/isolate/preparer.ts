import { type PreparedIsolate, preparing } from "./prepared-isolate.ts";
import type { Runtime } from "./runtime.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Keeps a few isolates prepared ahead, so that a cold start pays only for the tenant's module.
 *
 * A memory limit is fixed when an isolate is made, so only isolates of the usual size are kept;
 * others are made when they are asked for. Refilling takes one step a turn of the event loop,
 * so that requests which arrive meanwhile wait for one at most.
 */
export class Preparer {
  readonly #runtime: Runtime;
  readonly #watchdog: Watchdog;
  readonly #ready: PreparedIsolate[] = [];
  readonly #keep: number;
  readonly #memoryMb: number;
  #next: ReturnType<typeof preparing> | undefined;
  #closed = false;

  constructor(runtime: Runtime, watchdog: Watchdog, keep: number, memoryMb: number) {
    this.#runtime = runtime;
    this.#watchdog = watchdog;
    this.#keep = keep;
    this.#memoryMb = memoryMb;
    this.#refill();
  }

  take(memoryMb: number): PreparedIsolate {
    const ready = memoryMb === this.#memoryMb ? (this.#ready.pop() ?? this.#finishNext()) : undefined;
    this.#refill();
    return ready ?? toEnd(this.#prepare(memoryMb));
  }

  get ready(): number {
    return this.#ready.length;
  }

  close(): void {
    this.#closed = true;
    for (const prepared of this.#ready.splice(0)) prepared.isolate.dispose();
    this.#next?.return(undefined as never);
  }

  #prepare(memoryMb: number) {
    return preparing(this.#runtime, this.#watchdog, memoryMb);
  }

  #finishNext(): PreparedIsolate | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next && toEnd(next);
  }

  #refill(): void {
    if (this.#next || this.#ready.length >= this.#keep) return;
    const next = this.#prepare(this.#memoryMb);
    this.#next = next;
    // Two turns on: the answer of the request that took one is flushed at the end of this turn.
    setImmediate(() => setImmediate(() => this.#step(next)));
  }

  #step(next: ReturnType<typeof preparing>): void {
    if (this.#closed || this.#next !== next) return;
    const { done, value } = next.next();
    if (!done) {
      setImmediate(() => this.#step(next));
      return;
    }
    this.#next = undefined;
    this.#ready.push(value);
    this.#refill();
  }
}

function toEnd(steps: ReturnType<typeof preparing>): PreparedIsolate {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
