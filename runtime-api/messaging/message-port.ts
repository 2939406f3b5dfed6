import { DOMException } from "../dom-exception.ts";
import { Event } from "../events/event.ts";
import { dispatchTrusted, type EventListener, EventTarget, getHandler, setHandler } from "../events/event-target.ts";
import { MessageEvent, recognizePorts } from "../events/message-event.ts";
import {
  type SerializedMessage,
  type StructuredSerializeOptions,
  serializeWithTransfer,
  toTransferList,
} from "../structured-clone.ts";
import { addTransferable, type Recipe } from "../transferable.ts";
import { defineInterface, requireArguments } from "../webidl.ts";
import { Endpoint } from "./endpoint.ts";

/** Trusted ways in, which the class itself fills. */
let isMessagePort: (value: unknown) => value is MessagePort;
let isPeer: (port: MessagePort, other: MessagePort) => boolean;
let openEndpoint: (port: MessagePort) => Endpoint;
let detach: (port: MessagePort) => void;

/** Constructors that only this file may call compare their argument with this. */
const trusted = Symbol("trusted");

export class MessagePort extends EventTarget {
  /** Undefined when it has been transferred. */
  #endpoint: Endpoint | undefined;
  #closed = false;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw new TypeError("Illegal constructor");
    super();
    this.#endpoint = args[1] as Endpoint;
    this.#endpoint.receiver = {
      deliver: (message) => this.#deliver(message),
      otherSideClosed: () => dispatchTrusted(this, new Event("close")),
    };
  }

  static {
    isMessagePort = (value): value is MessagePort => typeof value === "object" && value !== null && #endpoint in value;
    isPeer = (port, other) => port.#endpoint?.isPeerOf(other.#endpoint) ?? false;
    openEndpoint = (port) => {
      if (port.#endpoint && !port.#closed) return port.#endpoint;
      throw new DOMException("This MessagePort has been closed or transferred", "DataCloneError");
    };
    detach = (port) => {
      port.#endpoint = undefined;
    };
  }

  /** Throws a DataCloneError for what can neither be copied nor transferred. */
  postMessage(message: unknown, options?: Iterable<object> | StructuredSerializeOptions): void {
    requireArguments(arguments.length, 1, "postMessage");
    const transfer = toTransfers(options);
    if (transfer.includes(this)) {
      throw new DOMException("A MessagePort cannot be sent through itself", "DataCloneError");
    }
    const isDoomed = transfer.some((it) => isMessagePort(it) && isPeer(this, it));
    const serialized = serializeWithTransfer(message, transfer);
    // Nobody could ever read what is sent to a port by itself.
    if (!isDoomed) this.#endpoint?.send(serialized);
  }

  start(): void {
    this.#endpoint?.start();
  }

  close(): void {
    this.#closed = true;
    this.#endpoint?.close();
  }

  get onmessage(): EventListener | null {
    return getHandler(this, "message");
  }

  set onmessage(value: EventListener | null) {
    setHandler(this, "message", value);
    this.start();
  }

  get onmessageerror(): EventListener | null {
    return getHandler(this, "messageerror");
  }

  set onmessageerror(value: EventListener | null) {
    setHandler(this, "messageerror", value);
  }

  get onclose(): EventListener | null {
    return getHandler(this, "close");
  }

  set onclose(value: EventListener | null) {
    setHandler(this, "close", value);
  }

  #deliver(message: SerializedMessage): void {
    const { value: data, transferred } = message.deserialize();
    const ports = transferred.filter((it) => isMessagePort(it));
    dispatchTrusted(this, new MessageEvent("message", { data, ports }));
  }
}

defineInterface(MessagePort, "MessagePort");
recognizePorts(isMessagePort);
addTransferable((value) => {
  if (!isMessagePort(value)) return undefined;
  openEndpoint(value);
  return () => take(value);
});

function take(port: MessagePort): Recipe {
  const endpoint = openEndpoint(port);
  detach(port);
  endpoint.receiver = undefined;
  return () => new MessagePort(trusted, endpoint);
}

export class MessageChannel {
  readonly #port1: MessagePort;
  readonly #port2: MessagePort;

  constructor() {
    const ends = [new Endpoint(), new Endpoint()] as const;
    Endpoint.entangle(...ends);
    this.#port1 = new MessagePort(trusted, ends[0]);
    this.#port2 = new MessagePort(trusted, ends[1]);
  }

  get port1(): MessagePort {
    return this.#port1;
  }

  get port2(): MessagePort {
    return this.#port2;
  }
}
defineInterface(MessageChannel, "MessageChannel", ["port1", "port2"]);

function toTransfers(options: unknown): object[] {
  const isSequence = typeof options === "object" && options !== null && Symbol.iterator in options;
  return isSequence
    ? [...(options as Iterable<object>)]
    : [...toTransferList(options as StructuredSerializeOptions | undefined, "postMessage")];
}
