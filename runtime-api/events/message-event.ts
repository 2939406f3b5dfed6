import { defineInterface, requireArguments, toDictionary, toDomString, toUsvString } from "../webidl.ts";
import { Event, type EventInit, stateOf } from "./event.ts";
import type { EventTarget } from "./event-target.ts";

const { freeze } = Object;

export interface MessageEventInit extends EventInit {
  readonly data?: unknown;
  readonly origin?: string;
  readonly lastEventId?: string;
  readonly source?: EventTarget | null;
  readonly ports?: Iterable<EventTarget>;
}

type IsPort = (value: unknown) => value is EventTarget;
/** There are none before their module has been evaluated. */
let isPort: IsPort = (_value): _value is EventTarget => false;

/** For the module of MessagePort, which builds on this one. */
export function recognizePorts(is: IsPort): void {
  isPort = is;
}

export class MessageEvent extends Event {
  #data: unknown;
  #origin: string;
  #lastEventId: string;
  #source: EventTarget | null;
  #ports: readonly EventTarget[];

  constructor(type: unknown, init?: MessageEventInit) {
    requireArguments(arguments.length, 1, "MessageEvent");
    super(type, init);
    const { data = null, origin = "", lastEventId = "", source, ports } = toDictionary(init, "MessageEvent");
    this.#data = data;
    this.#origin = toUsvString(origin);
    this.#lastEventId = toDomString(lastEventId);
    this.#source = toSource(source);
    this.#ports = toPorts(ports);
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get source(): EventTarget | null {
    return this.#source;
  }

  get ports(): readonly EventTarget[] {
    return this.#ports;
  }

  initMessageEvent(
    type: unknown,
    bubbles: unknown = false,
    cancelable: unknown = false,
    data: unknown = null,
    origin: unknown = "",
    lastEventId: unknown = "",
    source: unknown = null,
    ports: unknown = [],
  ): void {
    requireArguments(arguments.length, 1, "initMessageEvent");
    const from = toSource(source);
    const through = toPorts(ports);
    if (stateOf(this).dispatching) return;
    this.initEvent(type, bubbles, cancelable);
    this.#data = data;
    this.#origin = toUsvString(origin);
    this.#lastEventId = toDomString(lastEventId);
    this.#source = from;
    this.#ports = through;
  }
}
defineInterface(MessageEvent, "MessageEvent", ["type", "data", "origin", "lastEventId", "source", "ports"]);

function toSource(value: unknown): EventTarget | null {
  if (value === undefined || value === null) return null;
  if (!isPort(value)) throw new TypeError("MessageEvent: source must be a MessagePort");
  return value;
}

function toPorts(value: unknown): readonly EventTarget[] {
  if (value === undefined) return freeze([]);
  if (typeof value !== "object" || value === null) throw new TypeError("MessageEvent: ports must be a sequence");
  const ports = [...(value as Iterable<EventTarget>)];
  if (!ports.every((port) => isPort(port))) throw new TypeError("MessageEvent: ports must be MessagePorts");
  return freeze(ports);
}
