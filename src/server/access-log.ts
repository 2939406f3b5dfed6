import type { Logger } from "pino";
import type { LiveFunction } from "../core/deployment.ts";
import type { ErrorCode, IsletError } from "../core/errors.ts";
import type { Usage } from "../core/invocation.ts";
import type { LimitName } from "../core/limits.ts";
import type { LogSink } from "../core/log-sink.ts";
import type { FrontMetrics } from "./front-metrics.ts";
import type { ServedInvocation } from "./served-invocation.ts";

interface RequestName {
  readonly requestId: string;
  readonly method: string;
  readonly url: string;
}

/** Limits that a front holds requests to; pool processes count the others. */
const limitOfCode: Partial<Record<ErrorCode, LimitName>> = {
  function_wall_limit: "wallMs",
  body_too_large: "requestBodyBytes",
};

/** One line and one count for each request. */
export class AccessLog {
  readonly #logger: Logger;
  readonly #metrics: FrontMetrics;
  readonly #sink: LogSink;
  readonly #process: string;
  readonly #fields = new WeakMap<LiveFunction, string>();

  /** @param sink where `logger` writes too. @param process the name that is in all its lines. */
  constructor(logger: Logger, sink: LogSink, process: string, metrics: FrontMetrics) {
    this.#logger = logger;
    this.#sink = sink;
    this.#process = process;
    this.#metrics = metrics;
  }

  answered(invocation: ServedInvocation, status: number, usage: Usage, broken: Error | null): void {
    const wallMs = performance.now() - invocation.startedAtMs;
    const { fn } = invocation;
    this.#metrics.answered(fn.name, status, usage.cold, wallMs);
    if (!this.#logger.isLevelEnabled("info")) return;
    // The one line that every request writes, in pino's form but without its general serialiser.
    this.#sink.write(
      `{"level":30,"time":${Date.now()},"process":"${this.#process}","requestId":"${invocation.requestId}"` +
        `${this.#functionFields(fn)},"method":${json(invocation.method)}` +
        `,"url":${json(invocation.url)},"status":${status},"start":"${usage.cold ? "cold" : "warm"}"` +
        `${usage.cpuMs === null ? "" : `,"cpuMs":${decimal(usage.cpuMs)}`},"wallMs":${decimal(wallMs)},"tier":"${usage.tier ?? tierOf(fn)}"` +
        `${invocation.callerId === undefined ? "" : `,"caller":"${invocation.callerId}"`}` +
        `${broken ? `,"broken":${json(broken.message)}` : ""},"msg":"request"}\n`,
    );
  }

  /** The same for all requests of a version. */
  #functionFields(fn: LiveFunction): string {
    let fields = this.#fields.get(fn);
    if (fields === undefined) {
      fields = `,"function":"${fn.name}","version":"${fn.versionId}"`;
      this.#fields.set(fn, fields);
    }
    return fields;
  }

  failed(invocation: ServedInvocation, error: IsletError): void {
    const { fn } = invocation;
    const wallMs = performance.now() - invocation.startedAtMs;
    this.#metrics.answered(fn.name, error.status, false, wallMs);
    const limit = limitOfCode[error.code];
    if (limit) this.#metrics.limitHits.inc({ limit });
    if (error.refusal) this.#metrics.refused.inc({ reason: error.refusal });
    const level = error.blame === "system" ? "error" : error.code === "client_gone" ? "info" : "warn";
    this.#logger[level](
      {
        requestId: invocation.requestId,
        function: fn.name,
        version: fn.versionId,
        method: invocation.method,
        url: invocation.url,
        status: error.status,
        code: error.code,
        blame: error.blame,
        wallMs: round(wallMs),
        tier: tierOf(fn),
        ...(invocation.callerId !== undefined && { caller: invocation.callerId }),
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

function tierOf(fn: LiveFunction): string {
  return fn.tier ?? "isolate";
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Milliseconds with three decimals. */
function decimal(ms: number): string {
  const micros = Math.round(ms * 1000);
  const whole = Math.trunc(micros / 1000);
  const rest = micros - whole * 1000;
  return rest === 0 ? `${whole}` : `${whole}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}

const needsEscape = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

function json(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}
