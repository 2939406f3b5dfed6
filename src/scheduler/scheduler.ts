import { isolateKey, type LiveFunction } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";
import type { Executor } from "../core/executor.ts";
import type { Invocation, Reply } from "../core/invocation.ts";
import { preferenceOrder } from "./placement.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

/** An executor with the number of the place it fills; a replacement has its predecessor's. */
export interface PlacedExecutor {
  readonly place: number;
  readonly executor: Executor;
}

const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
/**
 * How often a request is sent in all. A request that ends every process which runs it must not go
 * from one to the next.
 */
const maxAttempts = new Map<ErrorCode, number>([
  ["isolate_lost", 3],
  ["pool_lost", 2],
]);

/**
 * Sends each request to its function's home, to the next place when that is busy, or lets it wait.
 * A request whose process or isolate was lost is sent once more where that is safe.
 */
export class Scheduler {
  readonly #queue: WaitingQueue;
  #executors: readonly PlacedExecutor[] = [];
  #orders = new WeakMap<LiveFunction, PlacedExecutor[]>();

  constructor(queue: WaitingQueue) {
    this.#queue = queue;
  }

  setExecutors(executors: readonly PlacedExecutor[]): void {
    this.#executors = executors;
    this.#orders = new WeakMap();
    this.#advanceQueue();
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** @throws IsletError as the executor's, or `overloaded` and `queue_timeout`. */
  execute(invocation: Invocation): Promise<Reply> {
    return this.#attempt(invocation, 1);
  }

  #attempt(invocation: Invocation, attempt: number): Promise<Reply> {
    const executor = this.#pick(invocation.fn);
    if (!executor) return this.#queue.wait(invocation, () => this.#attempt(invocation, attempt));
    return executor.execute(invocation).then(
      (reply) => {
        if (this.#queue.length > 0) this.#advanceQueue();
        return reply;
      },
      (error: unknown) => {
        this.#advanceQueue();
        if (mayRepeat(invocation, error, attempt)) return this.#attempt(invocation, attempt + 1);
        throw error;
      },
    );
  }

  #pick(fn: LiveFunction): Executor | undefined {
    let order = this.#orders.get(fn);
    if (!order) {
      order = preferenceOrder(isolateKey(fn), this.#executors);
      this.#orders.set(fn, order);
    }
    for (const { executor } of order) if (executor.load().room > 0) return executor;
    return undefined;
  }

  #advanceQueue(): void {
    this.#queue.advance((invocation) => this.#pick(invocation.fn) !== undefined);
  }
}

/** Whether running the request a second time does no harm and is possible. */
function mayRepeat(invocation: Invocation, error: unknown, attempt: number): boolean {
  if (!(error instanceof IsletError) || attempt >= (maxAttempts.get(error.code) ?? 1)) return false;
  if (!idempotent.has(invocation.method)) return false;
  return invocation.body.kind !== "stream" || !invocation.body.opened();
}
