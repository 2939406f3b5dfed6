import type { Readable } from "node:stream";

/** A request that a function sends out. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly redirect: "follow" | "manual" | "error";
  readonly body: Readable | Uint8Array | null;
  readonly signal: AbortSignal;
}

export interface IncomingResponse {
  readonly status: number;
  /** Its bytes, one for each character. */
  readonly statusText: string;
  /** Names and values in turn, as they came. */
  readonly headers: string[];
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly redirected: boolean;
  /** As it came over the wire: perhaps compressed. */
  readonly body: Readable;
}

/** Sends functions' requests, since the processes that run them have no network. */
export interface Egress {
  /** @throws Error whose message may be shown to the function. */
  fetch(request: OutgoingRequest): Promise<IncomingResponse>;
  close(): Promise<void>;
}
