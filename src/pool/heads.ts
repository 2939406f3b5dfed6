import type { NotTakenReason } from "../core/executor.ts";
import { areFields, isMethod, isReasonPhrase, longestHead } from "../core/head-syntax.ts";
import type { LogLevel } from "../core/invocation.ts";
import { logLevels, redirectModes, refusalReasons, WireError } from "./wire/frames.ts";
import type { Frame } from "./wire/reader.ts";

/*
 * What a pool process says at the beginning of its frames. It runs guest code and may have been
 * taken over: what one of ours would not send is a WireError, which is its end.
 */

/** Characters of a console line, an error or a stack that a pool process keeps, and bytes that each may take. */
const longestTextBytes = (16 * 1024 + 1) * 3;

/** Failures that happen in a pool process; the others are found by fronts and by the supervisor. */
const failureCodes = [
  "function_error",
  "function_no_response",
  "function_no_handler",
  "function_cpu_limit",
  "function_memory_limit",
  "function_header_limit",
  "function_startup_limit",
  "function_load_failed",
  "isolate_lost",
  "internal",
  "websocket_not_served",
] as const;

export interface ResponseHead {
  readonly status: number;
  /** Body or work follows. */
  readonly more: boolean;
  readonly cold: boolean;
  readonly cpuMs: number;
  /** See `Usage`. */
  readonly thereMs: number;
  readonly startMs: number;
  readonly inFlight: number;
  readonly statusText: string;
  readonly headers: string;
}

export function readResponseHead(frame: Frame): ResponseHead {
  const status = frame.u16();
  const flags = frame.u8();
  const cpuMs = frame.u32() / 1000;
  const thereMs = frame.u32() / 1000;
  const cold = (flags & 2) !== 0;
  const startMs = cold ? frame.u32() / 1000 : 0;
  const inFlight = frame.u32();
  const statusText = frame.latin1();
  const headers = frame.latin1();
  // An origin's answer that is passed on may have any status of three digits.
  if (status < 200 || status > 999) throw new WireError(`a function cannot answer with status ${status}`);
  if (flags > 3) throw new WireError("unknown flags of an answer");
  if (statusText.length + headers.length > longestHead) throw new WireError("the head of an answer is too long");
  if (!isReasonPhrase(statusText)) throw new WireError("an answer's status text cannot be sent");
  if (!areFields(headers)) throw new WireError("an answer's headers are no headers");
  return { status, more: (flags & 1) !== 0, cold, cpuMs, thereMs, startMs, inFlight, statusText, headers };
}

export interface FetchHead {
  readonly redirect: (typeof redirectModes)[number];
  readonly method: string;
  readonly url: string;
  readonly headers: string;
}

export function readFetchHead(frame: Frame): FetchHead {
  const redirect = redirectModes[frame.u8()];
  const method = frame.latin1();
  const url = frame.utf8();
  const headers = frame.latin1();
  if (redirect === undefined) throw new WireError("unknown redirect mode");
  if (method.length + url.length + headers.length > longestHead) {
    throw new WireError("the head of a subrequest is too long");
  }
  if (!isMethod(method)) throw new WireError("a subrequest's method is none");
  if (!areFields(headers)) throw new WireError("a subrequest's headers are no headers");
  return { redirect, method, url, headers };
}

export interface Failure {
  readonly cpuMs: number;
  readonly cold: boolean;
  readonly code: (typeof failureCodes)[number];
  readonly message: string;
  readonly stack: string;
}

export function readFailure(frame: Frame): Failure {
  const cpuMs = frame.u32() / 1000;
  const cold = frame.u8() !== 0;
  const name = frame.latin1();
  if (frame.remaining > 2 * (4 + longestTextBytes)) throw new WireError("the text of a failure is too long");
  const message = frame.utf8();
  const stack = frame.utf8();
  frame.end();
  const code = failureCodes.find((known) => known === name);
  if (code === undefined) throw new WireError("a pool process cannot fail with this code");
  return { cpuMs, cold, code, message, stack };
}

export interface Refusal {
  readonly reason: NotTakenReason;
  readonly inFlight: number;
}

export function readRefusal(frame: Frame): Refusal {
  const reason = refusalReasons[frame.u8()];
  const inFlight = frame.u32();
  frame.end();
  if (reason === undefined) throw new WireError("a refusal without its reason");
  return { reason, inFlight };
}

export function readLogLine(frame: Frame): { readonly level: LogLevel; readonly text: string; readonly bytes: number } {
  const level = logLevels[frame.u8()];
  if (level === undefined) throw new WireError("unknown log level");
  const bytes = frame.remaining;
  if (bytes > longestTextBytes) throw new WireError("a log line is too long");
  return { level, text: frame.utf8Rest(), bytes };
}

/** Why a body breaks off. */
export function readReset(frame: Frame): string {
  if (frame.remaining > longestTextBytes) throw new WireError("the reason of a reset is too long");
  return frame.utf8Rest();
}
