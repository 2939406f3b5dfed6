import { type LiveFunction, versionKey } from "../core/deployment.ts";
import type { Verdict } from "../core/messages.ts";
import type { Offence, Standing, TrustRecord } from "../core/trust.ts";
import type { Timers } from "./timers.ts";
import type { Consequence, TrustPolicy } from "./trust-policy.ts";

/** Timers cannot be set further ahead with certainty, and the wall clock may be put. */
const longestWaitMs = 60_000;
/** So often at most what has changed is stored: some tenants offend many times a second. */
const saveMs = 1_000;

export interface QuarantineParts {
  readonly policy: TrustPolicy;
  /** What was stored at the start. */
  readonly remembered: readonly TrustRecord[];
  readonly timers: Timers;
  /** Epoch milliseconds, as the policy has them. */
  readonly now: () => number;
  /** By its isolate key, a version that is live or is about to be. */
  readonly versionOf: (key: string) => LiveFunction | undefined;
  /** A function's requests may have to run elsewhere now. */
  readonly onMoved: (name: string) => void;
  readonly onQuarantine: (reason: Offence | "tenant") => void;
  /** Stores what is known of versions, or with null that nothing is held against one any more. */
  readonly save: (changed: ReadonlyMap<string, TrustRecord | null>) => Promise<void>;
  readonly logger: Record<"info" | "warn" | "error", (fields: object, message: string) => void>;
}

/** Carries out what the trust policy decides: moves functions, tells their tenants, releases in time. */
export class Quarantine {
  readonly #parts: QuarantineParts;
  #cancelRelease: () => void = () => undefined;
  readonly #changed = new Set<string>();
  #cancelSave: (() => void) | undefined;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
    for (const { key } of parts.remembered) if (!parts.policy.record(key)) this.#saveSoon(key);
    this.#releaseInTime();
  }

  /** Versions ended their process. */
  judged({ guilty, how }: Verdict): void {
    if (how !== null) for (const key of guilty) this.offended(key, how, 1);
  }

  /** What concerns a version that is not live any more changes nothing. */
  offended(key: string, offence: Offence, count: number): void {
    const fn = this.#parts.versionOf(key);
    if (fn) this.#follow(fn, offence, this.#parts.policy.offended(fn, offence, count));
  }

  /** A version goes live. To be called before it is published. */
  deployed(fn: LiveFunction): void {
    this.#follow(fn, "tenant", this.#parts.policy.deployed(fn));
  }

  standing(fn: LiveFunction): Standing {
    return this.#parts.policy.standing(fn);
  }

  /** Resolves when what is known is stored. */
  async stop(): Promise<void> {
    this.#cancelRelease();
    this.#cancelSave?.();
    await this.#save();
  }

  #saveSoon(key: string): void {
    this.#changed.add(key);
    this.#cancelSave ??= this.#parts.timers.after(saveMs, () => void this.#save());
  }

  async #save(): Promise<void> {
    this.#cancelSave = undefined;
    if (this.#changed.size === 0) return;
    const { policy, save, logger } = this.#parts;
    const changed = new Map([...this.#changed].map((key) => [key, policy.record(key)]));
    this.#changed.clear();
    try {
      await save(changed);
    } catch (error) {
      // It is still in force, for as long as this process lives.
      logger.error({ err: error }, "what is held against functions could not be stored");
    }
  }

  #follow(fn: LiveFunction, reason: Offence | "tenant", consequence: Consequence): void {
    if (consequence === "noted") return;
    this.#saveSoon(versionKey(fn));
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
      for (const key of policy.release()) {
        this.#saveSoon(key);
        const name = key.slice(0, key.lastIndexOf("@"));
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
