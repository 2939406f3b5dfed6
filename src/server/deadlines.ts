import { DenseSet } from "../core/dense-set.ts";
import { IsletError } from "../core/errors.ts";
import type { ServedInvocation } from "./served-invocation.ts";

const sweepMs = 50;

/**
 * Ends invocations whose wall time is up. One sweep for all: a timer for each request would cost
 * more than the request's routing.
 */
export class Deadlines {
  readonly #running = new DenseSet<ServedInvocation>();
  readonly #sweeper = setInterval(() => this.#sweep(), sweepMs).unref();

  get running(): number {
    return this.#running.size;
  }

  add(invocation: ServedInvocation): void {
    this.#running.add(invocation);
  }

  delete(invocation: ServedInvocation): void {
    this.#running.delete(invocation);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const now = performance.now();
    for (const invocation of this.#running) {
      if (invocation.deadlineMs <= now) {
        invocation.cancel(
          new IsletError("function_wall_limit", `no complete answer within ${invocation.fn.limits.wallMs} ms`),
        );
      }
    }
  }
}
