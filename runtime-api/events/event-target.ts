import { DOMException } from "../dom-exception.ts";
import { reportError } from "../report.ts";
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

export class EventTarget {
  /** Made with the first listener: most targets never have one. */
  #listeners: Listener[] | undefined;
  #handlers: Map<string, HandlerSlot> | undefined;
  #isSignal = false;

  addEventListener(type: unknown, callback: EventListener | null, options?: AddEventListenerOptions | boolean): void {
    requireArguments(arguments.length, 2, "addEventListener");
    const name = toDomString(type);
    const wanted = toOptions(options);
    checkCallback(callback, "addEventListener");
    const { signal } = wanted;
    if (signal !== undefined && !isSignal(signal))
      throw new TypeError("addEventListener: signal is not an AbortSignal");
    if (callback === null || callback === undefined || signal?.aborted) return;
    const capture = Boolean(wanted.capture);
    this.#listeners ??= [];
    if (this.#listeners.some((it) => it.type === name && it.callback === callback && it.capture === capture)) return;
    const listener: Listener = {
      type: name,
      callback,
      capture,
      once: Boolean(wanted.once),
      passive: Boolean(wanted.passive),
      removed: false,
    };
    this.#listeners.push(listener);
    signal?.addEventListener("abort", () => this.#remove(listener), { once: true });
  }

  removeEventListener(
    type: unknown,
    callback: EventListener | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    requireArguments(arguments.length, 2, "removeEventListener");
    const name = toDomString(type);
    checkCallback(callback, "removeEventListener");
    const capture = Boolean(toOptions(options).capture);
    const listener = this.#listeners?.find(
      (it) => it.type === name && it.callback === callback && it.capture === capture,
    );
    if (listener) this.#remove(listener);
  }

  dispatchEvent(event: Event): boolean {
    requireArguments(arguments.length, 1, "dispatchEvent");
    if (!isEvent(event)) throw new TypeError("dispatchEvent: an Event is required");
    if (stateOf(event).dispatching) throw new DOMException("The event is being dispatched", "InvalidStateError");
    stateOf(event).trusted = false;
    this.#dispatch(event);
    return !stateOf(event).canceled;
  }

  #remove(listener: Listener): void {
    listener.removed = true;
    const at = this.#listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }

  #dispatch(event: Event): void {
    dispatching(event, this, () => {
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
      if (typeof callback === "function") apply(callback, this, [event]);
      else callHandleEvent(callback, event);
    } catch (error) {
      reportError(error);
    }
    state.inPassiveListener = false;
  }

  #setHandler(type: string, value: unknown): void {
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
        const result = typeof known.handler === "function" ? apply(known.handler, this, [event]) : undefined;
        if (result === false) event.preventDefault();
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

  static getHandler(target: EventTarget, type: string): EventListener | null {
    return target.#handlers?.get(type)?.handler ?? null;
  }

  static setHandler(target: EventTarget, type: string, value: unknown): void {
    target.#setHandler(type, value);
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { dispatchTrusted, getHandler, isSignal, markSignal, setHandler } = EventTarget;
for (const name of ["dispatchTrusted", "getHandler", "isSignal", "markSignal", "setHandler"]) {
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

function toOptions(options: AddEventListenerOptions | boolean | undefined): AddEventListenerOptions {
  if (typeof options === "object" && options !== null) return options;
  return { capture: Boolean(options) };
}
