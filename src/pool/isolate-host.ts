import type { Logger } from "pino";
import type { Bundle } from "../core/deployment.ts";
import type { CheckProblem } from "../core/messages.ts";
import type { BreachKind } from "../core/trust.ts";
import type { DeathReason } from "../isolate/death.ts";
import type { LoadFailure } from "../isolate/load-failure.ts";
import type { Preparer } from "../isolate/preparer.ts";
import { type IsolateObserver, TenantIsolate } from "../isolate/tenant-isolate.ts";
import type { Bundles } from "./bundles.ts";
import type { PoolMetrics } from "./pool-metrics.ts";
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
  readonly preparer: Preparer;
  readonly warm: WarmIsolates;
  readonly bundles: Bundles;
  readonly metrics: PoolMetrics;
  readonly logger: Logger;
  /** Leaves word outside this process of which version runs from now on, and how long it may. */
  readonly mark: (key: string, allowanceMs: number) => void;
  /** A version did what is held against it. */
  readonly breach: (key: string, kind: BreachKind) => void;
}

/** All isolates of one pool process. */
export class IsolateHost {
  readonly bundles: Bundles;
  /** Invocations that are not over, over all connections. */
  inFlight = 0;
  readonly #parts: IsolateHostParts;
  readonly #observer: IsolateObserver;

  constructor(parts: IsolateHostParts) {
    this.#parts = parts;
    this.bundles = parts.bundles;
    const { warm, metrics, logger, mark, breach } = parts;
    this.#observer = {
      entering: (isolate) => {
        mark(isolate.key, isolate.allowanceMs);
        warm.touched(isolate);
      },
      died: (isolate, reason) => {
        warm.remove(isolate);
        metrics.deaths.inc({ reason });
        logDeath(logger, isolate.key, reason);
        const kind = breachOfDeath[reason];
        if (kind) breach(isolate.key, kind);
      },
      opFailed: (isolate, op, error) => logger.error({ isolate: isolate.key, op, err: error }, "a host op failed"),
      loadLog: (isolate, level, text) => logger[level]({ isolate: isolate.key, source: "function" }, text),
    };
  }

  warm(key: string): TenantIsolate | undefined {
    return this.#parts.warm.get(key);
  }

  /** Puts a version into an isolate. A herd of requests for one cold version makes one isolate. */
  load(key: string, bundle: Bundle): TenantIsolate {
    const warm = this.#parts.warm.get(key);
    if (warm) return warm;
    const startedAt = performance.now();
    const isolate = new TenantIsolate(key, this.#parts.preparer.take(bundle.limits.memoryMb), bundle, this.#observer);
    this.#parts.warm.add(isolate);
    isolate.load();
    isolate.whenLoaded(() => this.#parts.metrics.coldStarts.observe((performance.now() - startedAt) / 1000));
    return isolate;
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
    const isolate = new TenantIsolate("check", this.#parts.preparer.take(bundle.limits.memoryMb), bundle, observer);
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
    this.#parts.preparer.close();
  }
}

function problemOf(failure: LoadFailure): CheckProblem {
  return { code: checkCodes[failure.kind], message: failure.message, place: failure.place };
}

function logDeath(logger: Logger, isolate: string, reason: DeathReason): void {
  if (reason === "evicted" || reason === "shutdown") logger.debug({ isolate, reason }, "isolate ended");
  else logger.warn({ isolate, reason }, "isolate ended");
}
