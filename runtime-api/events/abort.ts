import { DOMException } from "../dom-exception.ts";
import { setTimeout } from "../timers.ts";
import { defineInterface, requireArguments } from "../webidl.ts";
import { Event } from "./event.ts";
import {
  dispatchTrusted,
  type EventListener,
  EventTarget,
  getHandler,
  markSignal,
  setHandler,
} from "./event-target.ts";

/** Constructors that only this file may call compare their argument with this. */
const trusted = Symbol("trusted");

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  /** Signals made by any() that follow this one. */
  #dependents: Set<AbortSignal> | undefined;
  /** The signals that this one, made by any(), follows; none of them was made by any(). */
  #sources: Set<AbortSignal> | undefined;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw new TypeError("Illegal constructor");
    super();
    markSignal(this);
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = newSignal();
    signal.#aborted = true;
    signal.#reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  static timeout(ms: unknown): AbortSignal {
    requireArguments(arguments.length, 1, "AbortSignal.timeout");
    const delay = Number(ms);
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) throw new TypeError("AbortSignal.timeout: invalid time");
    const signal = newSignal();
    // A timer holds at most 31 bits; a longer one outlives every invocation.
    setTimeout(() => signal.#signal(timeoutError()), Math.min(delay, 0x7fffffff));
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    requireArguments(arguments.length, 1, "AbortSignal.any");
    const all = [...signals];
    for (const it of all) {
      if (!(typeof it === "object" && it !== null && #aborted in it)) {
        throw new TypeError("AbortSignal.any: an AbortSignal is required");
      }
    }
    const signal = newSignal();
    const aborted = all.find((it) => it.#aborted);
    if (aborted) {
      signal.#aborted = true;
      signal.#reason = aborted.#reason;
      return signal;
    }
    signal.#sources = new Set(all.flatMap((it) => (it.#sources ? [...it.#sources] : [it])));
    for (const source of signal.#sources) {
      source.#dependents ??= new Set();
      source.#dependents.add(signal);
    }
    return signal;
  }

  static signal(signal: AbortSignal, reason: unknown): void {
    signal.#signal(reason);
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  get onabort(): EventListener | null {
    return getHandler(this, "abort");
  }

  set onabort(value: EventListener | null) {
    setHandler(this, "abort", value);
  }

  #signal(given: unknown): void {
    if (this.#aborted) return;
    const reason = given === undefined ? abortError() : given;
    const dependents = [...(this.#dependents ?? [])].filter((it) => !it.#aborted);
    // All are aborted before the first listener runs, so that none can see a mixture.
    for (const signal of [this, ...dependents]) {
      signal.#aborted = true;
      signal.#reason = reason;
      for (const source of signal.#sources ?? []) source.#dependents?.delete(signal);
      signal.#dependents = undefined;
    }
    for (const signal of [this, ...dependents]) dispatchTrusted(signal, new Event("abort"));
  }
}

/** Trusted: aborts a signal. An undefined reason stands for an AbortError; a second call does nothing. */
export const { signal: signalAbort } = AbortSignal;
Reflect.deleteProperty(AbortSignal, "signal");
defineInterface(AbortSignal, "AbortSignal", ["aborted", "reason"]);

/** Trusted: a signal that only `signalAbort` can abort. */
export function newSignal(): AbortSignal {
  return new AbortSignal(trusted);
}

export class AbortController {
  readonly #signal = newSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    signalAbort(this.#signal, reason);
  }
}
defineInterface(AbortController, "AbortController", ["signal"]);

function abortError(): DOMException {
  return new DOMException("The operation was aborted", "AbortError");
}

function timeoutError(): DOMException {
  return new DOMException("The operation timed out", "TimeoutError");
}
