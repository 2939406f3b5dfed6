import { DOMException } from "../dom-exception.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { CloseEvent } from "../events/event-kinds.ts";
import { dispatchTrusted, type EventListener, EventTarget, getHandler, setHandler } from "../events/event-target.ts";
import { MessageEvent } from "../events/message-event.ts";
import { Inbox } from "../messaging/inbox.ts";
import {
  copyBytes,
  defineConstants,
  defineInterface,
  isBufferSource,
  requireArguments,
  toUsvString,
} from "../webidl.ts";

const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
/** Codes that only a protocol's end may give; RFC 6455, section 7.4.1. */
const reservedCodes: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015]);
const noCode = 1005;
const longestReasonBytes = 123;

interface Closing {
  readonly code: number;
  readonly reason: string;
}
type Arrival = string | ArrayBuffer | Closing;

/** Constructors that only this file may call compare their argument with this. */
const trusted = Symbol("trusted");

/** Trusted ways in, which the class itself fills. */
export let isWebSocket: (value: unknown) => value is WebSocket;
let couple: (one: WebSocket, other: WebSocket) => void;

/** One end of a WebSocketPair, as Workers have it: accept() says that its events are listened to. */
export class WebSocket extends EventTarget {
  #peer: WebSocket | undefined;
  readonly #inbox = new Inbox<Arrival>();
  #readyState: number = states.OPEN;
  #accepted = false;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) {
      throw new TypeError("WebSocket: connections to servers are not possible; WebSocketPair makes a pair of sockets");
    }
    super();
  }

  static {
    isWebSocket = (value): value is WebSocket => typeof value === "object" && value !== null && #inbox in value;
    couple = (one, other) => {
      one.#peer = other;
      other.#peer = one;
    };
  }

  get readyState(): number {
    return this.#readyState;
  }

  /** Null: it is not connected to any address. */
  get url(): null {
    return constant(this, null);
  }

  get protocol(): string {
    return constant(this, "");
  }

  get extensions(): string {
    return constant(this, "");
  }

  /** Begins to receive. Throws a TypeError at the second call. */
  accept(): void {
    if (this.#accepted) throw new TypeError("WebSocket.accept() was called before");
    this.#accepted = true;
    this.#inbox.receiver = (arrival) => this.#receive(arrival);
  }

  /** Sends a text, or a copy of bytes, which arrive as an ArrayBuffer. Sends nothing once it closes. */
  send(data: unknown): void {
    requireArguments(arguments.length, 1, "WebSocket.send");
    this.#requireAccepted("send");
    const piece = isBufferSource(data) ? copyBytes(data, "WebSocket.send").buffer : toUsvString(data);
    if (this.#readyState === states.OPEN) this.#put(piece);
  }

  /** Throws an InvalidAccessError for a code that may not be sent, and a SyntaxError for a reason of over 123 bytes. */
  close(code?: unknown, reason?: unknown): void {
    this.#requireAccepted("close");
    const closing = toClosing(code, reason);
    if (this.#readyState >= states.CLOSING) return;
    this.#readyState = states.CLOSING;
    this.#put(closing);
  }

  get onmessage(): EventListener | null {
    return getHandler(this, "message");
  }

  set onmessage(value: EventListener | null) {
    setHandler(this, "message", value);
  }

  get onclose(): EventListener | null {
    return getHandler(this, "close");
  }

  set onclose(value: EventListener | null) {
    setHandler(this, "close", value);
  }

  get onerror(): EventListener | null {
    return getHandler(this, "error");
  }

  set onerror(value: EventListener | null) {
    setHandler(this, "error", value);
  }

  get onopen(): EventListener | null {
    return getHandler(this, "open");
  }

  set onopen(value: EventListener | null) {
    setHandler(this, "open", value);
  }

  #requireAccepted(method: string): void {
    if (!this.#accepted) throw new TypeError(`WebSocket.${method}(): call accept() first`);
  }

  #put(arrival: Arrival): void {
    const peer = this.#peer;
    if (peer) peer.#inbox.put(arrival);
  }

  #receive(arrival: Arrival): void {
    if (this.#readyState === states.CLOSED) return;
    if (typeof arrival === "string" || arrival instanceof ArrayBuffer) {
      dispatchTrusted(this, new MessageEvent("message", { data: arrival }));
      return;
    }
    // Whoever did not begin it answers with the same, as the protocol has it.
    if (this.#readyState === states.OPEN) this.#put(arrival);
    this.#readyState = states.CLOSED;
    dispatchTrusted(this, new CloseEvent("close", { ...arrival, wasClean: true }));
  }
}
defineInterface(WebSocket, "WebSocket", ["readyState", "url", "protocol", "extensions"]);
defineConstants(WebSocket, states);

/** An attribute that is the same for all; throws a TypeError for what is no WebSocket. */
function constant<T>(socket: unknown, value: T): T {
  if (!isWebSocket(socket)) throw new TypeError("Illegal invocation");
  return value;
}

function toClosing(givenCode: unknown, givenReason: unknown): Closing {
  const reason = givenReason === undefined ? "" : toUsvString(givenReason);
  const code = givenCode === undefined ? noCode : Number(givenCode) & 0xffff;
  if (givenCode !== undefined && (code < 1000 || code > 4999 || reservedCodes.has(code))) {
    throw new DOMException(`WebSocket.close(): ${code} is no code that may be sent`, "InvalidAccessError");
  }
  if (encodeUtf8(reason).length > longestReasonBytes) {
    throw new DOMException(`WebSocket.close(): the reason is longer than ${longestReasonBytes} bytes`, "SyntaxError");
  }
  return { code, reason };
}

/** Two sockets that are each other's other end. An object with the properties 0 and 1, as Workers have it. */
export class WebSocketPair {
  readonly 0 = new WebSocket(trusted);
  readonly 1 = new WebSocket(trusted);

  constructor() {
    couple(this[0], this[1]);
  }
}
defineInterface(WebSocketPair, "WebSocketPair");
