import type { ReadableStream } from "web-streams-polyfill";
import type { Blob } from "../files/blob.ts";
import type { FormData } from "../files/form-data.ts";
import { host } from "../host.ts";
import { formBodyModule, outgoingModule, webSocketModule } from "../lazy.ts";
import type { WebSocket } from "../web-socket/web-socket.ts";
import { defineInterface, requireArguments, toDictionary, toDomString, toUsvString } from "../webidl.ts";
import {
  type Body,
  cloneBody,
  extractBody,
  isUsed,
  readWhole,
  streamOf,
  takeForHost,
  toBytes,
  toText,
} from "./body.ts";
import { isReasonPhrase } from "./header-syntax.ts";
import { copyHeaders, freezeHeaders, Headers, type HeadersInit, receivedHeaders, serializeHeaders } from "./headers.ts";

export interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersInit;
  /** Of a WebSocketPair; for status 101 only. */
  readonly webSocket?: WebSocket | null;
}

/** How the answer to a fetch() crosses the bridge. */
export interface ReceivedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly body: Body | null;
}

function cannotHaveBody(status: number): boolean {
  return status === 204 || status === 304 || status === 205 || status === 101 || status === 103;
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

export class Response {
  #status = 200;
  #statusText = "";
  #headers: Headers | undefined;
  #body: Body | null = null;
  #type: "default" | "basic" | "error" = "default";
  #url = "";
  #redirected = false;
  #webSocket: WebSocket | null = null;

  constructor(body: unknown = undefined, init: ResponseInit | null | undefined = undefined) {
    if (init !== undefined && init !== null) this.#initialize(toDictionary(init, "Response") as ResponseInit);
    if (body === undefined || body === null) return;
    if (cannotHaveBody(this.#status)) {
      throw new TypeError(`Response: a response with status ${this.#status} cannot have a body`);
    }
    this.#setBody(extractBody(body));
  }

  static error(): Response {
    const response = new Response();
    response.#type = "error";
    response.#status = 0;
    freezeHeaders(response.headers);
    return response;
  }

  static json(data: unknown, init: ResponseInit | null | undefined = undefined): Response {
    requireArguments(arguments.length, 1, "Response.json");
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Response.json: this value cannot be written as JSON");
    const response = new Response(null, init);
    if (cannotHaveBody(response.#status)) {
      throw new TypeError(`Response.json: a response with status ${response.#status} cannot have a body`);
    }
    const { headers } = response;
    if (!headers.has("content-type")) headers.append("content-type", "application/json");
    response.#body = extractBody(text);
    return response;
  }

  static redirect(url: string | { toString(): string }, status: number = 302): Response {
    requireArguments(arguments.length, 1, "Response.redirect");
    const text = toUsvString(url);
    const parsed = host.parseUrl(text, undefined);
    if (parsed === undefined) throw new TypeError(`Response.redirect: ${JSON.stringify(text)} is not an absolute URL`);
    const code = toUnsignedShort(status);
    if (!isRedirect(code)) throw new RangeError(`Response.redirect: ${code} is not the status of a redirect`);
    const response = new Response();
    response.#status = code;
    response.headers.append("location", parsed.slice(0, parsed.indexOf("\n")));
    freezeHeaders(response.headers);
    return response;
  }

  /** Trusted: the answer to a fetch(). */
  static received(from: ReceivedResponse): Response {
    const response = new Response();
    response.#status = from.status;
    response.#statusText = from.statusText;
    response.#headers = receivedHeaders(from.headers);
    response.#url = from.url;
    response.#redirected = from.redirected;
    response.#type = "basic";
    response.#body = from.body;
    return response;
  }

  /** Trusted: whether it asks for its connection to become a WebSocket. */
  static isUpgrade(response: Response): boolean {
    return response.#webSocket !== null;
  }

  /** Trusted. */
  static bodyOf(response: Response): Body | null {
    return response.#body;
  }

  /** Trusted. */
  static is(value: unknown): value is Response {
    return typeof value === "object" && value !== null && #status in value;
  }

  /**
   * Trusted: answers an invocation, whose work goes on afterwards if `waiting`. Gives the promise
   * of the body's end when a stream of the tenant's has to be written, and undefined otherwise.
   * Throws a TypeError, before anything has crossed, when the body is used already.
   */
  static send(response: Response, invocation: number, waiting: boolean): Promise<void> | undefined {
    if (response.#type === "error") throw new TypeError("Response.error() cannot be sent to a client");
    const body = takeForHost(response.#body);
    const headers = response.#headers;
    host.respond(
      invocation,
      response.#status,
      response.#statusText,
      withLength(headers === undefined ? impliedHeaders(response.#body) : serializeHeaders(headers), response.#body),
      body,
      waiting || body === true,
    );
    if (body !== true) return undefined;
    return outgoingModule().pump(streamOf(response.#body) as ReadableStream, invocation, invocation);
  }

  get type(): string {
    return this.#type;
  }

  get url(): string {
    const hash = this.#url.indexOf("#");
    return hash < 0 ? this.#url : this.#url.slice(0, hash);
  }

  get redirected(): boolean {
    return this.#redirected;
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299;
  }

  get statusText(): string {
    return this.#statusText;
  }

  /** As Workers have it: the socket that the client is to be connected to. */
  get webSocket(): WebSocket | null {
    return this.#webSocket;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      const type = this.#body?.type;
      if (typeof type === "string") this.#headers.append("content-type", type);
    }
    return this.#headers;
  }

  get body(): ReadableStream | null {
    return streamOf(this.#body);
  }

  get bodyUsed(): boolean {
    return isUsed(this.#body);
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

  clone(): Response {
    if (this.#webSocket) throw new TypeError("Response.clone: a response with a webSocket cannot be cloned");
    const clone = new Response();
    clone.#body = cloneBody(this.#body);
    clone.#status = this.#status;
    clone.#statusText = this.#statusText;
    clone.#headers = copyHeaders(this.headers);
    clone.#type = this.#type;
    clone.#url = this.#url;
    clone.#redirected = this.#redirected;
    return clone;
  }

  #initialize(init: ResponseInit): void {
    const { headers, status, statusText, webSocket } = init;
    if (webSocket !== undefined && webSocket !== null) {
      if (!webSocketModule().isWebSocket(webSocket)) throw new TypeError("Response: webSocket must be a WebSocket");
      if (status === undefined || toUnsignedShort(status) !== 101) {
        throw new RangeError("Response: a response with a webSocket must have status 101");
      }
      this.#status = 101;
      this.#webSocket = webSocket;
    } else if (status !== undefined) {
      this.#status = toUnsignedShort(status);
      if (this.#status < 200 || this.#status > 599) {
        throw new RangeError(`Response: status ${this.#status} is not in the range from 200 to 599`);
      }
    }
    if (statusText !== undefined) {
      this.#statusText = toDomString(statusText);
      if (!isReasonPhrase(this.#statusText)) throw new TypeError("Response: invalid statusText");
    }
    if (headers !== undefined) this.#headers = new Headers(headers);
  }

  #setBody(body: Body): void {
    this.#body = body;
    const headers = this.#headers;
    if (headers && body.type !== null && !headers.has("content-type")) headers.append("content-type", body.type);
  }
}

function toUnsignedShort(value: unknown): number {
  return Number(value) & 0xffff;
}

function impliedHeaders(body: Body | null): string {
  return body === null || body.type === null ? "" : `content-type\n${body.type}`;
}

/** A stream of a known length says so, unless the tenant has said something already. */
function withLength(headers: string, body: Body | null): string {
  if (body === null || body.length === undefined || /(?:^|\n)content-length\n/i.test(headers)) return headers;
  return `${headers}${headers === "" ? "" : "\n"}content-length\n${body.length}`;
}

export const {
  received: receivedResponse,
  is: isResponse,
  isUpgrade,
  send: sendResponse,
  bodyOf: responseBody,
} = Response;
for (const name of ["received", "is", "isUpgrade", "send", "bodyOf"]) Reflect.deleteProperty(Response, name);
defineInterface(Response, "Response", [
  "status",
  "statusText",
  "headers",
  "bodyUsed",
  "ok",
  "redirected",
  "type",
  "url",
]);
