import { type PreparedIsolate, prepareIsolate } from "./prepared-isolate.ts";
import type { Runtime } from "./runtime.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Keeps a few isolates prepared ahead, so that a cold start pays only for the tenant's module.
 *
 * A memory limit is fixed when an isolate is made, so only isolates of the usual size are kept;
 * others are made when they are asked for. Refilling happens one isolate a turn of the event loop,
 * so that requests which arrive meanwhile wait for one at most.
 */
export class Preparer {
  readonly #runtime: Runtime;
  readonly #watchdog: Watchdog;
  readonly #ready: PreparedIsolate[] = [];
  readonly #keep: number;
  readonly #memoryMb: number;
  #refilling = false;
  #closed = false;

  constructor(runtime: Runtime, watchdog: Watchdog, keep: number, memoryMb: number) {
    this.#runtime = runtime;
    this.#watchdog = watchdog;
    this.#keep = keep;
    this.#memoryMb = memoryMb;
    this.#refill();
  }

  take(memoryMb: number): PreparedIsolate {
    const ready = memoryMb === this.#memoryMb ? this.#ready.pop() : undefined;
    this.#refill();
    return ready ?? prepareIsolate(this.#runtime, this.#watchdog, memoryMb);
  }

  get ready(): number {
    return this.#ready.length;
  }

  close(): void {
    this.#closed = true;
    for (const prepared of this.#ready.splice(0)) prepared.isolate.dispose();
  }

  #refill(): void {
    if (this.#refilling || this.#ready.length >= this.#keep) return;
    this.#refilling = true;
    // Two turns on: the answer of the request that took one is flushed at the end of this turn.
    setImmediate(() => setImmediate(() => this.#prepare()));
  }

  #prepare(): void {
    this.#refilling = false;
    if (this.#closed) return;
    this.#ready.push(prepareIsolate(this.#runtime, this.#watchdog, this.#memoryMb));
    this.#refill();
  }
}
