import type { Logger } from "pino";
import type { Bundle } from "../core/deployment.ts";
import type { NotTakenReason } from "../core/executor.ts";
import type { LimitName } from "../core/limits.ts";
import type { CheckProblem } from "../core/messages.ts";
import type { PoolPlacement } from "../core/placement.ts";
import type { BreachKind } from "../core/trust.ts";
import type { DeathReason } from "../isolate/death.ts";
import type { IsolateObserver, IsolateSource } from "../isolate/isolate-observer.ts";
import type { LoadFailure } from "../isolate/load-failure.ts";
import { TenantIsolate } from "../isolate/tenant-isolate.ts";
import type { Bundles } from "./bundles.ts";
import type { Lanes } from "./lanes.ts";
import type { PoolMetrics } from "./pool-metrics.ts";
import { StandingLag } from "./standing-lag.ts";
import type { ThreadNotes } from "./thread-notes.ts";
import type { WarmIsolates } from "./warm-isolates.ts";

const checkCodes = {
  syntax: "module_syntax",
  threw: "module_failed",
  missing: "module_not_found",
  no_handler: "no_handler",
  timeout: "module_startup_limit",
  memory: "module_memory_limit",
} as const;

/** Deaths of isolates that are held against their version. */
const breachOfDeath: Partial<Record<DeathReason, BreachKind>> = {
  cpu_limit: "cpu",
  memory_limit: "memory",
  startup_limit: "startup",
};

export interface IsolateHostParts {
  readonly source: IsolateSource;
  readonly lanes: Lanes;
  readonly warm: WarmIsolates;
  readonly bundles: Bundles;
  readonly metrics: PoolMetrics;
  readonly logger: Logger;
  /** Leaves word outside this process of which version runs from now on, and how long it may. */
  readonly mark: (key: string, allowanceMs: number) => void;
  /** The same when none does. */
  readonly markIdle: () => void;
  /** The same of the versions that are on threads. */
  readonly threads: ThreadNotes;
  /** A version did what is held against it. */
  readonly breach: (key: string, kind: BreachKind) => void;
  /** An isolate died and could not be cleaned up: this process should be replaced. */
  readonly onUnclean: (key: string, how: "parked" | "stuck") => void;
}

/** All isolates of one pool process. */
export class IsolateHost {
  readonly bundles: Bundles;
  /** Invocations that are not over, over all connections. */
  inFlight = 0;
  readonly #parts: IsolateHostParts;
  readonly #observer: IsolateObserver;
  readonly #lag = new StandingLag();
  /** Which version was entered last on the main thread; empty when one has run on a thread since. */
  #entered = "";
  readonly #beforeOthers = new Set<() => void>();

  constructor(parts: IsolateHostParts) {
    this.#parts = parts;
    this.bundles = parts.bundles;
    const { warm, lanes, metrics, logger, mark, breach } = parts;
    this.#observer = {
      entering: (isolate) => {
        if (isolate.lane === "thread") {
          this.#entered = "";
          parts.threads.entered(isolate.key);
          parts.markIdle();
        } else {
          if (isolate.key !== this.#entered) this.#others(isolate.key);
          mark(isolate.key, isolate.allowanceMs);
        }
        warm.touched(isolate);
      },
      left: (isolate) => {
        if (isolate.lane === "thread") {
          this.#entered = "";
          parts.threads.left(isolate.key);
        }
        // What this thread does next may be for one of the others: whoever was here last is not to blame.
        else if (parts.threads.running > 0) parts.markIdle();
      },
      slow: (isolate, ms) => {
        if (isolate.lane === "main" && isolate.state === "ready" && lanes.slow(isolate.key, ms, performance.now()))
          this.#move(isolate);
      },
      unclean: (isolate, how) => {
        logger.error({ isolate: isolate.key, how }, "an isolate could not be cleaned up");
        // A parked thread does nothing any more, and its entry never ends; a stuck one goes on.
        if (how === "parked") parts.threads.left(isolate.key);
        parts.onUnclean(isolate.key, how);
      },
      probed: (isolate) => {
        logger.warn({ isolate: isolate.key }, "reads clocks as only a search for a finer one does");
        breach(isolate.key, "probe");
      },
      died: (isolate, reason) => {
        warm.remove(isolate);
        if (reason === "cpu_limit" || reason === "startup_limit") lanes.tooLong(isolate.key, performance.now());
        metrics.deaths.inc({ reason });
        logDeath(logger, isolate.key, reason);
        const kind = breachOfDeath[reason];
        if (kind) breach(isolate.key, kind);
      },
      opFailed: (isolate, op, error) => logger.error({ isolate: isolate.key, op, err: error }, "a host op failed"),
      loadLog: (isolate, level, text) => logger[level]({ isolate: isolate.key, source: "function" }, text),
    };
  }

  /**
   * Why a request had better go to another process, if it had.
   * @param waitMs how long it took from the front until now.
   */
  refusal(cold: boolean, waitMs: number, nowMs: number): NotTakenReason | undefined {
    if (this.#lag.observe(waitMs, nowMs)) return "behind";
    return cold && this.#parts.warm.isCrowded() ? "memory" : undefined;
  }

  refused(reason: NotTakenReason): void {
    this.#parts.metrics.refused.inc({ reason });
  }

  /** The version that was entered last on the main thread. */
  get entered(): string {
    return this.#entered;
  }

  warm(key: string): TenantIsolate | undefined {
    return this.#parts.warm.get(key);
  }

  /** Why a version that nobody waits for is not loaded now. Null: it is, or costs nobody anything. */
  refusalToPrewarm(key: string): "busy" | "full" | null {
    const { warm } = this.#parts;
    if (warm.look(key)) return null;
    return this.inFlight > 0 ? "busy" : warm.isHalfFull ? "full" : null;
  }

  /** Tells which versions have an isolate, and then what changes. @returns what ends that. */
  watchWarmth(tell: (key: string, isWarm: boolean) => void): () => void {
    return this.#parts.warm.watch(tell);
  }

  /**
   * Calls `run` before another version is entered on the main thread than the last one. What was said
   * for that one must be sent by then: the other may hold the process up, or end it.
   * @returns what ends that.
   */
  beforeOthers(run: () => void): () => void {
    this.#beforeOthers.add(run);
    return () => this.#beforeOthers.delete(run);
  }

  #others(key: string): void {
    this.#entered = key;
    for (const run of this.#beforeOthers) run();
  }

  /** What there is here of a version. */
  placementOf(key: string): PoolPlacement {
    const kept = this.#parts.warm.look(key);
    const isolate = kept && {
      state: kept.isolate.state === "loading" ? ("starting" as const) : ("warm" as const),
      inFlight: kept.isolate.inFlight,
      bytes: kept.bytes,
    };
    return { isolate: isolate ?? null, inFlight: this.inFlight };
  }

  /** Puts a version into an isolate. A herd of requests for one cold version makes one isolate. */
  load(key: string, bundle: Bundle): TenantIsolate {
    const warm = this.#parts.warm.get(key);
    if (warm) return warm;
    const startedAt = performance.now();
    const { source, lanes, metrics } = this.#parts;
    const lane = lanes.laneOf(key, bundle.limits);
    const isolate = new TenantIsolate(key, bundle, lane, source, this.#observer);
    this.#parts.warm.add(isolate);
    isolate.load();
    isolate.whenLoaded(() => {
      const ms = performance.now() - startedAt;
      metrics.coldStarts.observe(ms / 1000);
      this.#parts.warm.loaded(isolate, ms);
      // It was begun anew on a thread: next time it goes there at once.
      if (isolate.lane !== lane) lanes.tooLong(key, performance.now());
    });
    return isolate;
  }

  /** To a thread: requests from now on get a new isolate there, those that run end where they are. */
  #move(isolate: TenantIsolate): void {
    this.#parts.logger.info({ isolate: isolate.key }, "computes for long: runs on threads from now on");
    this.#parts.warm.remove(isolate);
    isolate.retire();
  }

  limitHit(limit: LimitName): void {
    this.#parts.metrics.limitHits.inc({ limit });
  }

  /** A version's bundle is not one. */
  unreadable(key: string, error: unknown): void {
    this.#parts.logger.error({ isolate: key, err: error }, "a bundle could not be read");
  }

  /** A front sent what none of ours sends: a fault of Islet. */
  frontBroke(error: Error): void {
    this.#parts.logger.error({ err: error }, "a front's frames could not be read");
  }

  /** Evaluates an upload in an isolate that is thrown away afterwards. */
  check(bundle: Bundle): Promise<CheckProblem | null> {
    const observer = { ...this.#observer, died: () => undefined };
    const isolate = new TenantIsolate("check", bundle, "main", this.#parts.source, observer);
    return new Promise((resolve) => {
      isolate.load();
      isolate.whenLoaded((failure) => {
        isolate.kill("checked");
        resolve(failure ? problemOf(failure) : null);
      });
    });
  }

  close(): void {
    this.#parts.warm.close();
  }
}

function problemOf(failure: LoadFailure): CheckProblem {
  return { code: checkCodes[failure.kind], message: failure.message, place: failure.place };
}

function logDeath(logger: Logger, isolate: string, reason: DeathReason): void {
  if (reason === "evicted" || reason === "shutdown" || reason === "moved")
    logger.debug({ isolate, reason }, "isolate ended");
  else logger.warn({ isolate, reason }, "isolate ended");
}
