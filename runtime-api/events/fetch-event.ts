import { DOMException } from "../dom-exception.ts";
import type { Invocation } from "../execution-context.ts";
import { isRequest, type Request } from "../fetch/request.ts";
import { envJson } from "../handler.ts";
import { defineInterface, requireArguments, toDictionary } from "../webidl.ts";
import { Event, type EventInit } from "./event.ts";
import { dispatchTrusted, globalTarget } from "./event-target.ts";

/** The events by which functions that are written like service workers get their requests (W3C Service Workers, 4.4 and 4.6). */

const { defineProperty } = Object;

export class ExtendableEvent extends Event {
  #invocation: Invocation | undefined;

  waitUntil(promise: unknown): void {
    requireArguments(arguments.length, 1, "waitUntil");
    if (!this.#invocation)
      throw new DOMException("waitUntil: the event was not sent by the server", "InvalidStateError");
    this.#invocation.waitUntil(promise);
  }

  static connect(event: ExtendableEvent, invocation: Invocation): void {
    event.#invocation = invocation;
  }
}

export interface FetchEventInit extends EventInit {
  request?: unknown;
}

export class FetchEvent extends ExtendableEvent {
  readonly #request: Request;
  #state: "open" | "responded" | "closed" = "closed";
  #response: unknown;

  constructor(type: unknown, init: FetchEventInit) {
    requireArguments(arguments.length, 2, "FetchEvent");
    super(type, init);
    const { request } = toDictionary(init, "FetchEvent");
    if (!isRequest(request)) throw new TypeError("FetchEvent: request is not a Request");
    this.#request = request;
  }

  get request(): Request {
    return this.#request;
  }

  /** Takes the answer, or a promise of it: once, and while the listeners are called. */
  respondWith(response: unknown): void {
    requireArguments(arguments.length, 1, "respondWith");
    if (this.#state !== "open") {
      const why = this.#state === "closed" ? "the listeners have returned" : "it was called before";
      throw new DOMException(`respondWith: ${why}`, "InvalidStateError");
    }
    this.#state = "responded";
    this.#response = response;
    this.stopImmediatePropagation();
  }

  /** There is no origin behind a function to pass to: does nothing. */
  passThroughOnException(): void {
    void this.#request;
  }

  static answerOf(event: FetchEvent): { readonly response: unknown } | undefined {
    event.#state = "open";
    dispatchTrusted(globalTarget, event);
    const answer = event.#state === ("responded" as string) ? { response: event.#response } : undefined;
    event.#state = "closed";
    return answer;
  }
}

/** Trusted ways in; taken off the classes before tenant code sees them. */
const { connect } = ExtendableEvent;
const { answerOf } = FetchEvent;
Reflect.deleteProperty(ExtendableEvent, "connect");
Reflect.deleteProperty(FetchEvent, "answerOf");

defineInterface(ExtendableEvent, "ExtendableEvent", ["type"]);
defineInterface(FetchEvent, "FetchEvent", ["type", "request"]);

let hasVariables = false;

export function dispatchFetch(invocation: Invocation): { readonly response: unknown } | undefined {
  if (!hasVariables) defineVariables();
  const event = new FetchEvent("fetch", { request: invocation.request, cancelable: true });
  connect(event, invocation);
  return answerOf(event);
}

/** A service worker has no `env`: its variables are globals, where that hides nothing. */
function defineVariables(): void {
  hasVariables = true;
  const variables = JSON.parse(envJson()) as Record<string, string>;
  for (const name of Object.keys(variables)) {
    if (name in globalThis) continue;
    defineProperty(globalThis, name, {
      value: variables[name],
      ...{ writable: true, enumerable: true, configurable: true },
    });
  }
}
