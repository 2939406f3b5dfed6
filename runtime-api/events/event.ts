import { monotonicMs } from "../clock.ts";
import { defineConstants, defineInterface, getterOf, requireArguments, toDictionary, toDomString } from "../webidl.ts";
import type { EventTarget } from "./event-target.ts";

export interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

const none = 0;
const atTarget = 2;

/** What dispatching must reach and code outside must not. */
interface EventState {
  target: EventTarget | null;
  currentTarget: EventTarget | null;
  phase: number;
  dispatching: boolean;
  canceled: boolean;
  propagationStopped: boolean;
  immediateStopped: boolean;
  inPassiveListener: boolean;
  trusted: boolean;
}

const { defineProperty, freeze } = Object;

export class Event {
  declare readonly isTrusted: boolean;
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  readonly #composed: boolean;
  readonly #timeStamp = monotonicMs();
  readonly #state: EventState = {
    target: null,
    currentTarget: null,
    phase: none,
    dispatching: false,
    canceled: false,
    propagationStopped: false,
    immediateStopped: false,
    inPassiveListener: false,
    trusted: false,
  };

  constructor(type: unknown, init?: EventInit) {
    requireArguments(arguments.length, 1, "Event");
    const { bubbles, cancelable, composed } = toDictionary(init, "Event");
    this.#type = toDomString(type);
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
    this.#composed = Boolean(composed);
    // Nobody can forge it: it is the object's own.
    defineProperty(this, "isTrusted", isTrusted);
  }

  static stateOf(event: Event): EventState {
    return event.#state;
  }

  static isEvent(value: unknown): value is Event {
    return typeof value === "object" && value !== null && #state in value;
  }

  get type(): string {
    return this.#type;
  }

  get target(): EventTarget | null {
    return this.#state.target;
  }

  get srcElement(): EventTarget | null {
    return this.#state.target;
  }

  get currentTarget(): EventTarget | null {
    return this.#state.currentTarget;
  }

  composedPath(): EventTarget[] {
    const { currentTarget } = this.#state;
    return currentTarget ? [currentTarget] : [];
  }

  get eventPhase(): number {
    return this.#state.phase;
  }

  stopPropagation(): void {
    this.#state.propagationStopped = true;
  }

  get cancelBubble(): boolean {
    return this.#state.propagationStopped;
  }

  set cancelBubble(value: boolean) {
    if (value) this.#state.propagationStopped = true;
  }

  stopImmediatePropagation(): void {
    this.#state.propagationStopped = true;
    this.#state.immediateStopped = true;
  }

  get bubbles(): boolean {
    return this.#bubbles;
  }

  get cancelable(): boolean {
    return this.#cancelable;
  }

  get returnValue(): boolean {
    return !this.#state.canceled;
  }

  set returnValue(value: boolean) {
    if (!value) this.preventDefault();
  }

  preventDefault(): void {
    if (this.#cancelable && !this.#state.inPassiveListener) this.#state.canceled = true;
  }

  get defaultPrevented(): boolean {
    return this.#state.canceled;
  }

  get composed(): boolean {
    return this.#composed;
  }

  get timeStamp(): number {
    return this.#timeStamp;
  }

  initEvent(type: unknown, bubbles: unknown = false, cancelable: unknown = false): void {
    requireArguments(arguments.length, 1, "initEvent");
    if (this.#state.dispatching) return;
    this.#type = toDomString(type);
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
    Object.assign(this.#state, { target: null, canceled: false, propagationStopped: false, immediateStopped: false });
  }
}

const isTrusted: PropertyDescriptor = freeze({
  __proto__: null,
  get: getterOf(
    {
      get isTrusted(): boolean {
        return stateOf(this as unknown as Event).trusted;
      },
    },
    "isTrusted",
  ),
  enumerable: true,
  configurable: false,
});

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { stateOf, isEvent } = Event;
Reflect.deleteProperty(Event, "stateOf");
Reflect.deleteProperty(Event, "isEvent");

defineInterface(Event, "Event", ["type", "defaultPrevented", "cancelable", "timeStamp"]);
defineConstants(Event, { NONE: none, CAPTURING_PHASE: 1, AT_TARGET: atTarget, BUBBLING_PHASE: 3 });

/** Runs `listeners` with the event's state set up and cleared around it. */
export function dispatching(event: Event, target: object, listeners: () => void): void {
  const state = stateOf(event);
  state.dispatching = true;
  state.target = target as EventTarget;
  state.currentTarget = target as EventTarget;
  state.phase = atTarget;
  listeners();
  state.phase = none;
  state.currentTarget = null;
  state.dispatching = false;
  state.propagationStopped = false;
  state.immediateStopped = false;
}
