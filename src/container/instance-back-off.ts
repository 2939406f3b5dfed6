import type { PoolGroup } from "../core/deployment.ts";
import { type ErrorCode, IsletError } from "../core/errors.ts";

const firstMs = 1_000;
const longestMs = 30_000;
/** A failure that is so long past does not count any more. */
const rememberedMs = 10 * 60_000;

/** Versions whose last container did not start: until when none is tried, and what their requests get. */
export class InstanceBackOff {
  readonly #failed = new Map<PoolGroup, { error: IsletError; times: number; untilMs: number }>();

  failed(group: PoolGroup, error: IsletError): void {
    const now = performance.now();
    for (const [other, { untilMs }] of this.#failed) if (untilMs + rememberedMs < now) this.#failed.delete(other);
    const times = (this.#failed.get(group)?.times ?? 0) + 1;
    const untilMs = now + Math.min(longestMs, firstMs * 2 ** (times - 1));
    this.#failed.set(group, { error, times, untilMs });
  }

  cleared(group: PoolGroup): void {
    this.#failed.delete(group);
  }

  /** What they have failed of is over. */
  forget(code: ErrorCode): void {
    for (const [group, { error }] of this.#failed) if (error.code === code) this.#failed.delete(group);
  }

  /** Undefined: it may be tried now. */
  refusal(group: PoolGroup): IsletError | undefined {
    const failed = this.#failed.get(group);
    const retryAfterMs = failed ? failed.untilMs - performance.now() : 0;
    if (!failed || retryAfterMs <= 0) return undefined;
    return new IsletError(failed.error.code, failed.error.message, { retryAfterMs });
  }
}
