import type { FailureKind, LogLevel, OutgoingBody } from "../../runtime-api/ops.ts";
import type { LimitName } from "../core/limits.ts";
import type { LiveInvocation } from "./live-invocation.ts";

/** Why an invocation ended without an answer of its own making. */
export type InvocationFailure =
  | { readonly kind: FailureKind; readonly message: string; readonly stack: string }
  | {
      readonly kind:
        | "cpu_limit"
        | "memory_limit"
        | "isolate_lost"
        | "internal"
        | "load_failed"
        | "startup_limit"
        | "header_limit";
      readonly message: string;
      readonly stack: string;
    };

/**
 * What an isolate tells about one invocation, and asks for on its behalf. Implemented by whoever
 * carries requests to the isolate. No method enters the isolate before it returns.
 */
export interface Job {
  /** First of all: the invocation that this job is. */
  started(live: LiveInvocation): void;
  respond(status: number, statusText: string, headers: string, body: OutgoingBody, open: boolean, cpuMs: number): void;
  /** At most once, and then nothing follows. May come after `respond` if work was still open. */
  failed(failure: InvocationFailure, cpuMs: number): void;
  /** All is over; only after an answer that was `open`. */
  done(cpuMs: number): void;
  log(level: LogLevel, text: string): void;
  /** It wants more than it may; once for each limit. */
  limitHit(limit: LimitName, message: string): void;

  pull(stream: number): void;
  cancelBody(stream: number): void;
  write(stream: number, chunk: Uint8Array | string): boolean;
  close(stream: number): void;
  abort(stream: number, message: string): void;
  /** Starts a subrequest under the id `exchange`. */
  fetch(
    exchange: number,
    method: string,
    url: string,
    headers: string,
    redirect: "follow" | "manual" | "error",
    body: OutgoingBody,
  ): void;
  abortFetch(exchange: number): void;
}
