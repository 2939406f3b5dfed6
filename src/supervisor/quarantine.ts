import { isolateKey, type LiveFunction } from "../core/deployment.ts";
import type { Verdict } from "../core/messages.ts";
import type { Offence, Standing } from "../core/trust.ts";
import type { Timers } from "./timers.ts";
import type { Consequence, TrustPolicy } from "./trust-policy.ts";

/** Timers cannot be set further ahead with certainty, and the wall clock may be put. */
const longestWaitMs = 60_000;

export interface QuarantineParts {
  readonly policy: TrustPolicy;
  readonly timers: Timers;
  /** Epoch milliseconds, as the policy has them. */
  readonly now: () => number;
  /** What is live under a name. */
  readonly live: (name: string) => LiveFunction | undefined;
  /** A function's requests may have to run elsewhere now. */
  readonly onMoved: (name: string) => void;
  readonly onQuarantine: (reason: Offence | "tenant") => void;
  readonly logger: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

/** Carries out what the trust policy decides: moves functions, tells their tenants, releases in time. */
export class Quarantine {
  readonly #parts: QuarantineParts;
  #cancelRelease: () => void = () => undefined;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
  }

  /** Versions ended their process. */
  judged({ guilty, how }: Verdict): void {
    if (how !== null) for (const key of guilty) this.offended(key, how, 1);
  }

  /** What concerns a version that is not live any more changes nothing. */
  offended(key: string, offence: Offence, count: number): void {
    const fn = this.#parts.live(key.slice(0, key.lastIndexOf("@")));
    if (!fn || isolateKey(fn) !== key) return;
    this.#follow(fn, offence, this.#parts.policy.offended(fn, offence, count));
  }

  /** A version goes live. To be called before it is published. */
  deployed(fn: LiveFunction): void {
    this.#follow(fn, "tenant", this.#parts.policy.deployed(fn));
  }

  standing(fn: LiveFunction): Standing {
    return this.#parts.policy.standing(fn);
  }

  stop(): void {
    this.#cancelRelease();
  }

  #follow(fn: LiveFunction, reason: Offence | "tenant", consequence: Consequence): void {
    if (consequence === "noted") return;
    this.#releaseInTime();
    if (consequence !== "quarantined") return;
    const { policy, logger, onMoved, onQuarantine } = this.#parts;
    const { untilMs } = policy.standing(fn);
    const until = untilMs === null ? null : new Date(untilMs).toISOString();
    logger.warn(
      { function: fn.name, version: fn.versionId, tenant: fn.tenant, reason, until },
      `the function is quarantined: ${because[reason]}`,
    );
    onQuarantine(reason);
    onMoved(fn.name);
  }

  #releaseInTime(): void {
    this.#cancelRelease();
    const { policy, timers, now } = this.#parts;
    const nextMs = policy.nextReleaseMs();
    if (nextMs === null) return;
    const waitMs = Math.min(Math.max(0, nextMs - now()), longestWaitMs);
    this.#cancelRelease = timers.after(waitMs, () => {
      for (const name of policy.release()) {
        this.#parts.logger.info({ function: name }, "the function is released from quarantine");
        this.#parts.onMoved(name);
      }
      this.#releaseInTime();
    });
  }
}

const because: Record<Offence | "tenant", string> = {
  crashed: "it ended the process that it ran in",
  stalled: "it held its process until that was killed",
  outgrown: "it made its process take more memory than it may",
  probe: "it probed timers or memory",
  catastrophic: "V8 had to give its isolate up",
  cpu: "it ran into its CPU limit again and again",
  memory: "it ran into its memory limit again and again",
  startup: "it ran into its start-up limit again and again",
  tenant: "other versions of its tenant were",
};
