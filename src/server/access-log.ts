import type { Logger } from "pino";
import type { LiveFunction } from "../core/deployment.ts";
import type { IsletError } from "../core/errors.ts";
import type { Usage } from "../core/invocation.ts";
import type { FrontMetrics } from "./front-metrics.ts";
import type { HttpInvocation } from "./http-invocation.ts";

interface RequestName {
  readonly requestId: string;
  readonly method: string;
  readonly url: string;
}

/** One line and one count for each request. */
export class AccessLog {
  readonly #logger: Logger;
  readonly #metrics: FrontMetrics;

  constructor(logger: Logger, metrics: FrontMetrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  answered(invocation: HttpInvocation, status: number, usage: Usage, startedAt: number, broken: Error | null): void {
    const wallMs = performance.now() - startedAt;
    const { fn } = invocation;
    this.#metrics.answered(fn.name, status, usage.cold, wallMs);
    if (!this.#logger.isLevelEnabled("info")) return;
    this.#logger.info(
      {
        requestId: invocation.requestId,
        function: fn.name,
        version: fn.versionId,
        method: invocation.method,
        url: invocation.url,
        status,
        start: usage.cold ? "cold" : "warm",
        cpuMs: usage.cpuMs,
        wallMs: round(wallMs),
        tier: "isolate",
        ...(broken && { broken: broken.message }),
      },
      "request",
    );
  }

  failed(fn: LiveFunction, request: RequestName, error: IsletError, startedAt: number): void {
    const wallMs = performance.now() - startedAt;
    this.#metrics.answered(fn.name, error.status, false, wallMs);
    const level = error.blame === "system" ? "error" : error.code === "client_gone" ? "info" : "warn";
    this.#logger[level](
      {
        requestId: request.requestId,
        function: fn.name,
        version: fn.versionId,
        method: request.method,
        url: request.url,
        status: error.status,
        code: error.code,
        blame: error.blame,
        wallMs: round(wallMs),
        tier: "isolate",
        ...(error.detail !== undefined && { detail: error.detail }),
        ...(error.cause instanceof Error && { err: error.cause }),
      },
      error.message,
    );
  }

  /** A request that no function was asked for. */
  refused(request: RequestName, error: IsletError): void {
    this.#metrics.answered("", error.status, false, 0);
    this.#logger.info(
      {
        requestId: request.requestId,
        method: request.method,
        url: request.url,
        status: error.status,
        code: error.code,
      },
      error.message,
    );
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
