import { DOMException } from "../dom-exception.ts";
import { report } from "../report.ts";
import { defineInterface, requireArguments, toDomString } from "../webidl.ts";
import { dispatching, type Event, isEvent, stateOf } from "./event.ts";

const { apply } = Reflect;

export interface EventListenerObject {
  handleEvent(event: Event): unknown;
}
export type EventListener = ((event: Event) => unknown) | EventListenerObject;

export interface AddEventListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: Signal;
}

/** What this file needs of AbortSignal, which is built on it. */
interface Signal extends EventTarget {
  readonly aborted: boolean;
}

interface Listener {
  readonly type: string;
  callback: EventListener;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

/** The value of an `on…` attribute and the listener that calls it. */
interface HandlerSlot {
  handler: EventListener | null;
  listener: Listener | undefined;
}

/** How the value of an `on…` attribute is called. */
export type CallHandler = (handler: (...args: unknown[]) => unknown, self: object, event: Event) => void;

/** One that returns false cancels the event. */
export function callHandler(handler: (...args: unknown[]) => unknown, self: object, event: Event): void {
  if ((apply(handler, self, [event]) as unknown) === false) event.preventDefault();
}

export class EventTarget {
  /** Made with the first listener: most targets never have one. */
  #listeners: Listener[] | undefined;
  #handlers: Map<string, HandlerSlot> | undefined;
  #isSignal = false;

  addEventListener(type: unknown, callback: EventListener | null, options?: AddEventListenerOptions | boolean): void {
    const it = receiver(this);
    void it.#listeners;
    requireArguments(arguments.length, 2, "addEventListener");
    const name = toDomString(type);
    checkCallback(callback, "addEventListener");
    const { capture, once, passive, signal } = readOptions(options);
    if (signal !== undefined && !isSignal(signal))
      throw new TypeError("addEventListener: signal is not an AbortSignal");
    if (callback === null || callback === undefined || signal?.aborted) return;
    it.#listeners ??= [];
    if (it.#find(name, callback, capture)) return;
    const listener: Listener = { type: name, callback, capture, once, passive, removed: false };
    it.#listeners.push(listener);
    signal?.addEventListener("abort", () => it.#remove(listener), { once: true });
  }

  removeEventListener(
    type: unknown,
    callback: EventListener | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    const it = receiver(this);
    void it.#listeners;
    requireArguments(arguments.length, 2, "removeEventListener");
    const name = toDomString(type);
    checkCallback(callback, "removeEventListener");
    const capture = Boolean(isDictionary(options) ? options.capture : options);
    const listener = it.#find(name, callback, capture);
    if (listener) it.#remove(listener);
  }

  dispatchEvent(event: Event): boolean {
    const it = receiver(this);
    void it.#listeners;
    requireArguments(arguments.length, 1, "dispatchEvent");
    if (!isEvent(event)) throw new TypeError("dispatchEvent: an Event is required");
    if (stateOf(event).dispatching) throw new DOMException("The event is being dispatched", "InvalidStateError");
    stateOf(event).trusted = false;
    it.#dispatch(event);
    return !stateOf(event).canceled;
  }

  #find(type: string, callback: EventListener | null, capture: boolean): Listener | undefined {
    return this.#listeners?.find((it) => it.type === type && it.callback === callback && it.capture === capture);
  }

  #remove(listener: Listener): void {
    listener.removed = true;
    const at = this.#listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }

  #dispatch(event: Event): void {
    dispatching(event, shownAs(this), () => {
      const listeners = this.#listeners?.filter((it) => it.type === event.type) ?? [];
      // At the target itself, capturing listeners come first.
      for (const capture of [true, false]) {
        if (stateOf(event).propagationStopped) return;
        for (const listener of listeners) if (listener.capture === capture) this.#call(listener, event);
      }
    });
  }

  #call(listener: Listener, event: Event): void {
    const state = stateOf(event);
    if (listener.removed || state.immediateStopped) return;
    if (listener.once) this.#remove(listener);
    state.inPassiveListener = listener.passive;
    const { callback } = listener;
    try {
      if (typeof callback === "function") apply(callback, shownAs(this), [event]);
      else callHandleEvent(callback, event);
    } catch (error) {
      report(error);
    }
    state.inPassiveListener = false;
  }

  #setHandler(type: string, value: unknown, call: CallHandler): void {
    const handler = typeof value === "function" ? (value as EventListener) : null;
    this.#handlers ??= new Map();
    const slot = this.#handlers.get(type);
    if (slot) slot.handler = handler;
    else this.#handlers.set(type, { handler, listener: undefined });
    const known = this.#handlers.get(type) as HandlerSlot;
    if (handler === null && known.listener) {
      this.#remove(known.listener);
      known.listener = undefined;
    } else if (handler !== null && !known.listener) {
      const callback = (event: Event): void => {
        if (typeof known.handler === "function") call(known.handler as never, shownAs(this), event);
      };
      known.listener = { type, callback, capture: false, once: false, passive: false, removed: false };
      this.#listeners ??= [];
      this.#listeners.push(known.listener);
    }
  }

  /** Called by the constructor of AbortSignal only. */
  static markSignal(target: EventTarget): void {
    target.#isSignal = true;
  }

  static isSignal(value: unknown): value is Signal {
    return typeof value === "object" && value !== null && #isSignal in value && value.#isSignal;
  }

  static dispatchTrusted(target: EventTarget, event: Event): void {
    stateOf(event).trusted = true;
    target.#dispatch(event);
  }

  static hasListener(target: EventTarget, type: string): boolean {
    return target.#listeners?.some((it) => it.type === type) ?? false;
  }

  static getHandler(target: EventTarget, type: string): EventListener | null {
    return target.#handlers?.get(type)?.handler ?? null;
  }

  static setHandler(target: EventTarget, type: string, value: unknown, call: CallHandler = callHandler): void {
    target.#setHandler(type, value, call);
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { dispatchTrusted, getHandler, hasListener, isSignal, markSignal, setHandler } = EventTarget;
for (const name of ["dispatchTrusted", "getHandler", "hasListener", "isSignal", "markSignal", "setHandler"]) {
  Reflect.deleteProperty(EventTarget, name);
}

defineInterface(EventTarget, "EventTarget");

function callHandleEvent(callback: EventListenerObject, event: Event): void {
  const { handleEvent } = callback;
  if (typeof handleEvent !== "function") throw new TypeError("the listener's handleEvent is not a function");
  apply(handleEvent, callback, [event]);
}

function checkCallback(callback: unknown, where: string): void {
  if (callback === null || callback === undefined) return;
  if (typeof callback !== "object" && typeof callback !== "function") {
    throw new TypeError(`${where}: the listener must be a function or an object`);
  }
}

function isDictionary(options: unknown): options is AddEventListenerOptions {
  return (typeof options === "object" && options !== null) || typeof options === "function";
}

interface ReadOptions {
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  readonly signal: Signal | undefined;
}

/** Each member once, in the order that Web IDL reads them in. */
function readOptions(options: AddEventListenerOptions | boolean | undefined): ReadOptions {
  if (!isDictionary(options)) {
    return { capture: Boolean(options), once: false, passive: false, signal: undefined };
  }
  const { capture, once, passive, signal } = options;
  return { capture: Boolean(capture), once: Boolean(once), passive: Boolean(passive), signal };
}

/** Stands for the global scope, which is no EventTarget until somebody listens to it. */
const globalTarget = new EventTarget();

/** The methods can be called without an object, as members of the global scope. */
function receiver(target: EventTarget | undefined | null): EventTarget {
  return target === undefined || target === null || (target as object) === globalThis ? globalTarget : target;
}

function shownAs(target: EventTarget): object {
  return target === globalTarget ? globalThis : target;
}

export { globalTarget };
