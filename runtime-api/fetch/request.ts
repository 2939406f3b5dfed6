import type { ReadableStream } from "web-streams-polyfill";
import type { AbortSignal } from "../events/abort.ts";
import type { Blob } from "../files/blob.ts";
import type { FormData } from "../files/form-data.ts";
import { host } from "../host.ts";
import { abortModule, formBodyModule, hostBodyModule, objectUrlModule } from "../lazy.ts";
import type { IncomingBody } from "../ops.ts";
import { defineInterface, requireArguments, toDictionary, toUsvString } from "../webidl.ts";
import { Body, cloneBody, extractBody, isUsed, moveBody, readWhole, streamOf, toBytes, toText } from "./body.ts";
import { clientProperties, fieldsOf } from "./client-properties.ts";
import { copyHeaders, Headers, type HeadersInit, receivedHeaders } from "./headers.ts";
import {
  checkMethodForMode,
  defaultOptions,
  overrideOptions,
  type RequestOptions,
  requestMethod,
} from "./request-options.ts";

export interface RequestInit extends Partial<RequestOptions> {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly duplex?: "half";
  /** As Workers have it: handed on to `cf`, and of no other effect. */
  readonly cf?: object | undefined;
}

/** An argument of the constructor that only this file has. */
const trusted = Symbol("trusted");

export class Request {
  #method = "GET";
  #url = "";
  /** Only while nobody has asked for the headers. */
  #rawHeaders = "";
  #cf: object | undefined;
  /** Whose `cf` it has, if none of its own. */
  #cfSource: Request | undefined;
  #headers: Headers | undefined;
  #body: Body | null = null;
  #options = defaultOptions;
  #signal: AbortSignal | undefined;
  /** What `signal` will follow when somebody asks for it: a signal, or the one of another request. */
  #follows: AbortSignal | Request | undefined;
  /** The client can go away. */
  #incoming = false;
  /** Why it was aborted before anybody had asked for `signal`. */
  #abortReason: { readonly reason: unknown } | undefined;

  constructor(input: Request | string | { toString(): string }, init: RequestInit | null | undefined = undefined) {
    if ((input as unknown) === trusted) return;
    requireArguments(arguments.length, 1, "Request");
    const given = toDictionary(init, "Request") as RequestInit;
    let body: Body | null = null;
    const source = isRequest(input) ? input : undefined;
    if (source) {
      this.#url = source.#url;
      this.#method = source.#method;
      this.#options = source.#options;
      this.#follows = source;
      this.#cfSource = source;
      body = source.#body;
      if (isBlobUrl(this.#url)) objectUrlModule().copyRequestedBlob(source, this);
    } else {
      this.#url = requestUrl(toUsvString(input));
      if (isBlobUrl(this.#url)) objectUrlModule().requestBlob(this, this.#url);
    }
    const inherited = body;
    if (init) {
      this.#options = overrideOptions(this.#options, given as Readonly<Record<string, unknown>>);
      if (given.method !== undefined) this.#method = requestMethod(given.method);
      if (given.signal !== undefined) this.#follows = signalOrNone(given.signal);
      if (given.cf !== undefined) this.#cf = toDictionary(given.cf, "Request: cf");
      if (given.duplex !== undefined && given.duplex !== "half") throw new TypeError('Request: duplex must be "half"');
      checkMethodForMode(this.#method, this.#options.mode);
    }
    if (given.headers !== undefined) this.#headers = new Headers(given.headers);
    else this.#headers = source ? copyHeaders(source.headers) : new Headers();

    const hasBody = body !== null || (given.body !== undefined && given.body !== null);
    if (hasBody && (this.#method === "GET" || this.#method === "HEAD")) {
      throw new TypeError(`Request: a ${this.#method} request cannot have a body`);
    }
    if (given.body !== undefined && given.body !== null) body = extractBody(given.body);
    if (body === null) return;
    if (body !== inherited && body.stream !== undefined && this.#options.keepalive) {
      throw new TypeError("Request: keepalive does not go with a stream for a body");
    }
    if (body === inherited) this.#body = moveBody(body);
    else {
      this.#body = body;
      if (body.type !== null && !this.#headers.has("content-type")) this.#headers.append("content-type", body.type);
    }
  }

  /** Trusted: the request of an invocation, as it crossed the bridge. */
  static received(invocation: number, method: string, url: string, headers: string, body: IncomingBody): Request {
    const request = new Request(trusted as never);
    request.#method = method;
    request.#url = url;
    request.#rawHeaders = headers;
    request.#incoming = true;
    if (body === true) {
      const { HostBody } = hostBodyModule();
      request.#body = new Body(new HostBody(invocation, invocation), undefined, null);
    } else if (body !== null) {
      request.#body = new Body(body, undefined, null);
    }
    return request;
  }

  /** Trusted: aborts `signal`. */
  static abort(request: Request, reason: unknown): void {
    if (request.#signal) abortModule().signalAbort(request.#signal, reason);
    else request.#abortReason ??= { reason };
  }

  /** Trusted: the signal, if anything can have been made to abort it. */
  static signalOf(request: Request): AbortSignal | undefined {
    if (request.#signal || request.#incoming) return request.signal;
    const follows = request.#follows;
    return isRequest(follows) ? requestSignal(follows) : follows;
  }

  /** Trusted. */
  static is(value: unknown): value is Request {
    return typeof value === "object" && value !== null && #method in value;
  }

  /** Trusted. */
  static bodyOf(request: Request): Body | null {
    return request.#body;
  }

  get method(): string {
    return this.#method;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    this.#headers ??= receivedHeaders(fieldsOf(this.#rawHeaders));
    return this.#headers;
  }

  /** As Workers have it: what is known of the client. Undefined for a request that nobody sent here. */
  get cf(): object | undefined {
    this.#cf ??= this.#incoming
      ? clientProperties(this.#rawHeaders, this.headers.get("accept-encoding"))
      : this.#cfSource?.cf;
    return this.#cf;
  }

  get body(): ReadableStream | null {
    return streamOf(this.#body);
  }

  get bodyUsed(): boolean {
    return isUsed(this.#body);
  }

  get signal(): AbortSignal {
    if (this.#signal) return this.#signal;
    const { AbortSignal, newSignal, signalAbort } = abortModule();
    const follows = isRequest(this.#follows) ? this.#follows.signal : this.#follows;
    this.#signal = follows ? AbortSignal.any([follows]) : newSignal();
    if (this.#abortReason) signalAbort(this.#signal, this.#abortReason.reason);
    return this.#signal;
  }

  get cache(): string {
    return this.#options.cache;
  }

  get credentials(): string {
    return this.#options.credentials;
  }

  get destination(): string {
    void this.#options;
    return "";
  }

  get duplex(): "half" {
    void this.#options;
    return "half";
  }

  get integrity(): string {
    return this.#options.integrity;
  }

  /** Nobody navigates here. */
  get isReloadNavigation(): boolean {
    void this.#options;
    return false;
  }

  get isHistoryNavigation(): boolean {
    void this.#options;
    return false;
  }

  get keepalive(): boolean {
    return this.#options.keepalive;
  }

  get mode(): string {
    return this.#options.mode;
  }

  get redirect(): "follow" | "manual" | "error" {
    return this.#options.redirect;
  }

  get referrer(): string {
    return this.#options.referrer === "no-referrer" ? "" : this.#options.referrer;
  }

  get referrerPolicy(): string {
    return this.#options.referrerPolicy;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return toBytes(await readWhole(this.#body)).buffer;
  }

  async blob(): Promise<Blob> {
    const content = await readWhole(this.#body);
    return formBodyModule().toBlob(content, this.headers);
  }

  async bytes(): Promise<Uint8Array> {
    return toBytes(await readWhole(this.#body));
  }

  async formData(): Promise<FormData> {
    const content = await readWhole(this.#body);
    return formBodyModule().toFormData(content, this.headers);
  }

  async json(): Promise<unknown> {
    return JSON.parse(toText(await readWhole(this.#body)));
  }

  async text(): Promise<string> {
    return toText(await readWhole(this.#body));
  }

  clone(): Request {
    const clone = new Request(trusted as never);
    clone.#body = cloneBody(this.#body);
    clone.#method = this.#method;
    clone.#url = this.#url;
    clone.#options = this.#options;
    clone.#headers = copyHeaders(this.headers);
    clone.#follows = this;
    clone.#cfSource = this;
    if (isBlobUrl(this.#url)) objectUrlModule().copyRequestedBlob(this, clone);
    return clone;
  }
}

function isBlobUrl(url: string): boolean {
  return url.startsWith("blob:");
}

/** Throws a TypeError when it is not an absolute URL, or has a user name or password in it. */
function requestUrl(text: string): string {
  const parsed = host.parseUrl(text, undefined)?.split("\n");
  if (!parsed) throw new TypeError(`Invalid URL: ${JSON.stringify(text)}`);
  const [href, , , user, password] = parsed;
  if (user !== "" || password !== "")
    throw new TypeError("Request: the URL must not have a user name or password in it");
  return href as string;
}

function signalOrNone(signal: unknown): AbortSignal | undefined {
  if (signal === null) return undefined;
  if (!(signal instanceof abortModule().AbortSignal)) throw new TypeError("Request: signal must be an AbortSignal");
  return signal;
}

export const {
  received: receivedRequest,
  abort: abortRequest,
  is: isRequest,
  signalOf: requestSignal,
  bodyOf: requestBody,
} = Request;
for (const name of ["received", "abort", "is", "signalOf", "bodyOf"]) Reflect.deleteProperty(Request, name);
defineInterface(Request, "Request", ["method", "url", "headers", "bodyUsed", "redirect", "signal"]);
