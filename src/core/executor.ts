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
  /** How many more it takes before the next one is better sent elsewhere. */
  readonly room: number;
}

/**
 * A place where functions run. The scheduler picks one; the server does not know which kind it was.
 *
 * `execute` rejects with an `IsletError`. `pool_lost` and `isolate_lost` mean that the request may
 * be sent to another executor if it is idempotent and its body can be sent again.
 */
export interface Executor {
  readonly id: string;
  readonly tier: Tier;
  load(): ExecutorLoad;
  execute(invocation: Invocation): Promise<Reply>;
  /** Loads a version ahead of requests, where that can be done; with `spareOnly` if that is at nobody's expense. Never rejects. */
  prewarm?(fn: LiveFunction, spareOnly: boolean): Promise<PrewarmOutcome>;
}
