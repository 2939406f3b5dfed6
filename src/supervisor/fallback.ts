import { type LiveFunction, versionKey } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import type { SecondRunOutcome, TightLimit } from "../core/messages.ts";
import { type Evidence, type FallbackPolicy, windowMs } from "./fallback-policy.ts";

export interface FallbackParts {
  readonly policy: FallbackPolicy;
  /** Memory that a function has in a container although its manifest was made for an isolate. */
  readonly memoryMb: number;
  /** What is live under a name. */
  readonly live: (name: string) => LiveFunction | undefined;
  /** Whether it did what no honest program does. */
  readonly isHostile: (fn: LiveFunction) => boolean;
  /**
   * Has the version run in containers from now on, if it is still live and nothing else was asked for.
   * @throws IsletError when it cannot be loaded there, or there is no container.
   */
  readonly move: (name: string, versionId: string, why: string) => Promise<boolean>;
  /** Whether its requests may be run once more may have changed. */
  readonly onChange: (name: string) => void;
  readonly logger: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

/** Moves versions to containers for which an isolate's limits prove too tight. */
export class Fallback {
  readonly #parts: FallbackParts;
  readonly #moving = new Set<string>();

  constructor(parts: FallbackParts) {
    this.#parts = parts;
  }

  /** Whether a request of it that an isolate's limit has ended may be run once more in a container. */
  isPossible(fn: LiveFunction): boolean {
    if (fn.asked !== "auto" || fn.tier === "container" || !this.#parts.policy.isOpen(versionKey(fn))) return false;
    return (this.#allowsMore(fn, "cpu") || this.#allowsMore(fn, "memory")) && !this.#parts.isHostile(fn);
  }

  /** What concerns a version that is not live any more changes nothing. */
  overLimit(key: string, limit: TightLimit, then: SecondRunOutcome): void {
    const { policy, live, onChange, logger } = this.#parts;
    const fn = live(key.slice(0, key.lastIndexOf("@")));
    if (!fn || versionKey(fn) !== key || !this.isPossible(fn) || !this.#allowsMore(fn, limit)) return;
    const evidence = policy.hit(key, limit, then);
    if (evidence && !this.#moving.has(key)) void this.#move(fn, evidence);
    if (policy.isOpen(key)) return;
    logger.warn(
      { function: fn.name, version: fn.versionId },
      "containers do not help the function: it stays in isolates",
    );
    onChange(fn.name);
  }

  /** In a container the wall limit alone bounds how long a request computes. */
  #allowsMore({ limits, mostMemoryMb }: LiveFunction, limit: TightLimit): boolean {
    if (limit === "cpu") return limits.wallMs > limits.cpuMs;
    return Math.min(this.#parts.memoryMb, mostMemoryMb ?? Number.POSITIVE_INFINITY) > limits.memoryMb;
  }

  async #move(fn: LiveFunction, evidence: Evidence): Promise<void> {
    const { policy, move, onChange, logger } = this.#parts;
    const key = versionKey(fn);
    const why = inWords(fn, evidence);
    const names = { function: fn.name, version: fn.versionId };
    this.#moving.add(key);
    try {
      if (await move(fn.name, fn.versionId, why)) {
        logger.warn({ ...names, ...evidence }, `the function moves to containers: ${why}`);
      }
    } catch (error) {
      logger.warn({ ...names, err: error }, "the function could not be moved to containers");
      // What is wrong with it there will be so the next time.
      if (error instanceof IsletError && error.blame !== "system") policy.refused(key);
      onChange(fn.name);
    } finally {
      this.#moving.delete(key);
    }
  }
}

function inWords({ limits }: LiveFunction, { hits, answered }: Evidence): string {
  const times = (count: number, what: string) =>
    count === 0 ? [] : [`${what} ${count === 1 ? "once" : `${count} times`}`];
  const all = [
    ...times(hits.cpu, `its CPU limit of ${limits.cpuMs} ms`),
    ...times(hits.memory, `its memory limit of ${limits.memoryMb} MiB`),
  ].join(" and ");
  return `it hit ${all} within ${windowMs / 60_000} minutes; a container answered ${answered} of these requests`;
}
