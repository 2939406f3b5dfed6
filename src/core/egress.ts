import type { Readable } from "node:stream";
import type { LiveFunction } from "./deployment.ts";
import type { Invocation } from "./invocation.ts";

/** What one function may reach and may not, in the form of `core/egress-rules.ts`. */
export interface EgressLists {
  /** Null: all that the operator permits. Empty: nothing. */
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
}

export const openEgress: EgressLists = { allow: null, deny: [] };

/** Who sends a request out: the invocation whose function called fetch(). */
export type Caller = Pick<Invocation, "requestId" | "fn" | "headers">;

/** A request that a function sends out. */
export interface OutgoingRequest {
  readonly caller: Caller;
  readonly method: string;
  readonly url: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly redirect: "follow" | "manual" | "error";
  readonly body: Readable | Uint8Array | null;
  readonly signal: AbortSignal;
}

/** The same on its way to one address: redirects are followed by whoever sends it. */
export interface DirectRequest extends Omit<OutgoingRequest, "url" | "redirect"> {
  readonly url: URL;
}

export interface DirectResponse {
  readonly status: number;
  /** Its bytes, one for each character. */
  readonly statusText: string;
  /** Names and values in turn, as they came. */
  readonly headers: string[];
  /** As it came over the wire: perhaps compressed. */
  readonly body: Readable;
}

export interface IncomingResponse extends DirectResponse {
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly redirected: boolean;
}

/** Sends functions' requests, since the processes that run them have no network. */
export interface Egress {
  /** @throws Error whose message may be shown to the function. */
  fetch(request: OutgoingRequest): Promise<IncomingResponse>;
  close(): Promise<void>;
}

/** Functions of this server, which are called without a connection. */
export interface LocalFunctions {
  /** Undefined: no function that `caller` reaches this way answers there. */
  find(url: URL, caller: LiveFunction): LocalFunction | undefined;
}

export interface LocalFunction {
  call(request: DirectRequest): Promise<DirectResponse>;
}
