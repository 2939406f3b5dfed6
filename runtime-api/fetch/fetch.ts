import { currentInvocation, setCurrent } from "../current.ts";
import type { AbortSignal } from "../events/abort.ts";
import { running } from "../execution-context.ts";
import { host } from "../host.ts";
import { dataUrlModule, hostBodyModule, integrityModule, objectUrlModule, outgoingModule } from "../lazy.ts";
import { Pending } from "../pending.ts";
import type { HostBody } from "../streams/host-body.ts";
import { requireArguments } from "../webidl.ts";
import { Body, cancelBody, streamOf, takeForHost } from "./body.ts";
import { serializeHeaders } from "./headers.ts";
import { Request, type RequestInit, requestBody, requestSignal } from "./request.ts";
import { type Response, receivedResponse } from "./response.ts";

/** A subrequest that is under way, until its answer's body is over. */
class Exchange {
  readonly invocation = currentInvocation();
  readonly answer = Promise.withResolvers<Response>();
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#abort();
  #id = 0;
  #body: HostBody | undefined;
  #upload: Promise<void> | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  start(request: Request): void {
    const body = requestBody(request);
    const outgoing = takeForHost(body);
    const headers = serializeHeaders(request.headers);
    this.#id = host.fetch(this.invocation, request.method, request.url, headers, request.redirect, outgoing);
    exchanges.set(this.#id, this);
    this.#signal?.addEventListener("abort", this.#onAbort);
    if (outgoing !== true || body === null) return;
    const stream = streamOf(body);
    if (!stream) return;
    this.#upload = outgoingModule()
      .pump(stream, this.#id, this.invocation)
      .catch((error) => this.#fail(error));
  }

  /** An origin may answer while it reads: a function that passes the answer on must not end before the upload does. */
  keepUploading(): void {
    if (this.#upload !== undefined) running.find(this.invocation)?.waitUntil(this.#upload);
  }

  /** Makes the body of the answer, which goes on being aborted by the signal. */
  takeBody(): Body {
    const { HostBody } = hostBodyModule();
    this.#body = new HostBody(this.#id, this.invocation, () => this.over());
    return new Body(this.#body, undefined, null);
  }

  over(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  fail(message: string): void {
    this.#fail(new TypeError(`fetch failed: ${message}`));
    outgoingModule().stopPump(this.#id, new TypeError(message));
  }

  #fail(reason: unknown): void {
    exchanges.delete(this.#id);
    this.over();
    this.answer.reject(reason);
  }

  #abort(): void {
    const reason = this.#signal?.reason;
    host.abortFetch(this.#id);
    outgoingModule().stopPump(this.#id, reason);
    this.#body?.fail(reason);
    this.#fail(reason);
  }
}

/** Those without an answer yet. */
const exchanges = new Pending<Exchange>();

function takeExchange(id: number): Exchange | undefined {
  const exchange = exchanges.get(id);
  exchanges.delete(id);
  if (exchange) setCurrent(exchange.invocation);
  return exchange;
}

/** The host's entry. */
export function fetched(
  id: number,
  status: number,
  statusText: string,
  headers: string,
  url: string,
  redirected: boolean,
  hasBody: boolean,
): void {
  const exchange = takeExchange(id);
  if (!exchange) return;
  exchange.keepUploading();
  const body = hasBody ? exchange.takeBody() : null;
  if (!hasBody) exchange.over();
  exchange.answer.resolve(receivedResponse({ status, statusText, headers, url, redirected, body }));
}

/** The host's entry. */
export function fetchFailed(id: number, message: string): void {
  takeExchange(id)?.fail(message);
}

/** Rejects with a TypeError when there is no answer, and with the signal's reason when that aborts it. */
export async function fetch(
  input: Request | string | { toString(): string },
  init: RequestInit | undefined = undefined,
): Promise<Response> {
  requireArguments(arguments.length, 1, "fetch");
  const request = new Request(input, init);
  const signal = requestSignal(request);
  if (signal?.aborted) {
    cancelBody(requestBody(request), signal.reason);
    throw signal.reason;
  }
  const { url } = request;
  if (url.startsWith("data:")) return verified(request, dataUrlModule().fetchDataUrl(url, request.method));
  if (url.startsWith("blob:")) return verified(request, objectUrlModule().fetchBlob(request));
  if (!url.startsWith("http:") && !url.startsWith("https:")) {
    throw new TypeError(`fetch failed: URL scheme ${url.slice(0, url.indexOf(":"))} is not supported`);
  }
  const exchange = new Exchange(signal);
  exchange.start(request);
  return verified(request, exchange.answer.promise);
}

function verified({ integrity }: Request, answer: Response | Promise<Response>): Response | Promise<Response> {
  return integrity === "" ? answer : integrityModule().verify(answer, integrity);
}
