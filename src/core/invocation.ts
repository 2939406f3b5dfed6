import type { Readable } from "node:stream";
import type { FunctionTier, LiveFunction } from "./deployment.ts";
import type { IsletError } from "./errors.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * A request's body. `bytes` is whole and can be sent again; `stream` can be sent again only while
 * nobody has opened it.
 */
export type RequestBody =
  | { readonly kind: "none" }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "stream"; readonly open: () => Readable; readonly opened: () => boolean };

export const noBody: RequestBody = { kind: "none" };

/** One request on its way to a function. */
export interface Invocation {
  readonly requestId: string;
  readonly fn: LiveFunction;
  readonly method: string;
  /** Absolute URL as the function sees it. */
  readonly url: string;
  /** Names and values in turn, joined by '\n': neither can hold a line break. */
  readonly headers: string;
  /** What is known of the client: '\0', and then its address, port and version of HTTP, joined by '\n'. */
  readonly client?: string | undefined;
  readonly body: RequestBody;
  /** By performance.now(), when its time is up. Absent: never. */
  readonly deadlineMs?: number;
  /** Gone client or passed deadline. Runs `listener` at most once, at once if that has happened already. */
  onCancel(listener: (reason: IsletError) => void): void;
  /** A line that the function wrote with console.*. */
  log(level: LogLevel, text: string): void;
}

/** What is known about a request's cost; filled in while it runs, complete when it is over. */
export interface Usage {
  cold: boolean;
  /** Null: nobody knows. A container's threads are shared by its requests. */
  cpuMs: number | null;
  /** From its turn in a pool process to its answer, and of that the cold start; 0 where nobody says so. */
  thereMs: number;
  startMs: number;
  /** Where it ran, if that is not where its function runs. */
  tier?: FunctionTier;
}

/** A function's answer. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, joined by '\n'; empty when there are none. */
  readonly headers: string;
  /** A string is bytes, one for each character (latin1): the cheapest form for what is short. */
  readonly body: string | Uint8Array | Readable | null;
  readonly usage: Usage;
}
