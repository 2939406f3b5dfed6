import type { LiveFunction } from "./deployment.ts";
import type { Invocation, Reply } from "./invocation.ts";
import type { PrewarmOutcome } from "./prewarm.ts";

export type Tier = "isolate" | "container" | "node";

/** How busy an executor is, as far as its caller knows. */
export interface ExecutorLoad {
  /** Requests sent there and not yet answered. */
  readonly inFlight: number;
  /** Requests of other callers there, as it said with its last answer. */
  readonly others: number;
  /** Of `inFlight`, those that it has not begun with, as far as is known. */
  readonly notBegun: number;
  /** How many more it takes before the next one is better sent elsewhere. */
  readonly room: number;
}

/**
 * A place where functions run. The scheduler picks one; the server does not know which kind it was.
 *
 * `execute` rejects with an `IsletError`. `pool_lost` and `isolate_lost` mean that the request may
 * be sent to another executor if it is idempotent, or was not begun with, and its body can be sent again.
 */
export interface Executor {
  readonly id: string;
  readonly tier: Tier;
  load(): ExecutorLoad;
  /**
   * @param mayRefuse whether it may be `NotTaken`, because the place has too much to do.
   * @throws IsletError, or NotTaken.
   */
  execute(invocation: Invocation, mayRefuse?: boolean): Promise<Reply>;
  /** Loads a version ahead of requests, where that can be done; with `spareOnly` if that is at nobody's expense. Never rejects. */
  prewarm?(fn: LiveFunction, spareOnly: boolean): Promise<PrewarmOutcome>;
}

/** Why a place does not take a request: it is behind with those that it has, or has no memory for another version. */
export type NotTakenReason = "behind" | "memory";

/** A place has not begun with a request, of whatever method, and its body has not been touched: it can be sent elsewhere. */
export class NotTaken extends Error {
  override readonly name = "NotTaken";
  readonly reason: NotTakenReason;

  constructor(reason: NotTakenReason) {
    super(`the place does not take the request: ${reason}`);
    this.reason = reason;
  }
}
