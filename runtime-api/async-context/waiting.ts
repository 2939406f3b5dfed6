import { asyncContext, type Frame, inFrame } from "./frame.ts";

/*
 * What rewritten code calls around whatever waits (src/control/async-context). In a function that may go on in a `catch`, a
 * `finally` or behind a loop, a token keeps the context that it waits in.
 */

const { apply } = Reflect;
const { getPrototypeOf } = Object;
const NativePromise = Promise;
const { prototype } = NativePromise;
const { then: nativeThen } = prototype;
const resolve = Promise.resolve.bind(Promise) as (value: unknown) => Promise<unknown>;

export interface Token {
  frame: Frame | undefined | typeof nowhere;
  /** An async generator has yielded what cannot be rejected. */
  hasYielded: boolean;
}

/** The function of the token does not wait. */
const nowhere = { nowhere: true } as const;

/** What is about to be awaited: between two calls that nothing comes between. */
let next: unknown;

export function newToken(): Token {
  return { frame: nowhere, hasYielded: false };
}

export function waiting(value: unknown): Frame | undefined {
  next = passed(value);
  return asyncContext.frame;
}

export function waitingIn(token: Token, value: unknown): Token {
  next = passed(value);
  token.frame = asyncContext.frame;
  return token;
}

export function awaited(): unknown {
  const value = next;
  next = undefined;
  return value;
}

export function resumed(frame: Frame | undefined, value: unknown): unknown {
  asyncContext.frame = frame;
  return value;
}

export function resumedIn(token: Token, value: unknown): unknown {
  goesOn(token);
  return value;
}

/** Where the function may go on after it has waited. */
export function goesOn(token: Token): void {
  const { frame } = token;
  if (frame === nowhere) return;
  asyncContext.frame = frame as Frame | undefined;
  token.frame = nowhere;
  token.hasYielded = false;
}

/** What an async generator yields or returns, which is awaited first. */
export function yielded(token: Token, value: unknown): unknown {
  token.frame = asyncContext.frame;
  const awaited = passed(value);
  token.hasYielded = awaited === value && !isPromise(value);
  return awaited;
}

/** An async generator goes on in the context of whoever calls its next(). */
export function continued(token: Token, value: unknown): unknown {
  token.frame = nowhere;
  token.hasYielded = false;
  return value;
}

/** In a `catch` of an async generator: where it has yielded, whoever calls its throw() has come in. */
export function caught(token: Token): void {
  if (token.hasYielded) continued(token, undefined);
  else goesOn(token);
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && getPrototypeOf(value) === prototype;
}

/** The then() of what is no promise of the language's is called later, and is to find the context of now. */
export function passed(value: unknown): unknown {
  if (typeof value === "object" ? value === null : typeof value !== "function") return value;
  if (getPrototypeOf(value) === prototype) return value;
  const { then } = value as { then?: unknown };
  if (typeof then !== "function") return value;
  const { frame } = asyncContext;
  return {
    __proto__: null,
    // biome-ignore lint/suspicious/noThenProperty: it is to be awaited
    then: (fulfil: unknown, reject: unknown) => inFrame(frame, then as Callback, value, [fulfil, reject]),
  };
}

type Callback = (...args: unknown[]) => unknown;

/** Calls back as the language's own then() does. */
export function afterwards(
  value: unknown,
  fulfilled: (value: unknown) => unknown,
  rejected?: (error: unknown) => unknown,
): unknown {
  return apply(nativeThen, resolve(passed(value)), [fulfilled, rejected]);
}

function carrying(callback: unknown, frame: Frame | undefined): unknown {
  if (typeof callback !== "function") return callback;
  return (value: unknown) => {
    const before = asyncContext.frame;
    asyncContext.frame = frame;
    try {
      return passed((callback as Callback)(value));
    } finally {
      asyncContext.frame = before;
    }
  };
}

/** From here on then() and Promise.resolve(), and all that calls them, call back in the context of their own call. */
export function carryThroughPromises(): void {
  const carrier = {
    // biome-ignore lint/suspicious/noThenProperty: it takes the place of that of all promises
    then(this: unknown, fulfilled: unknown, rejected: unknown): unknown {
      const { frame } = asyncContext;
      return apply(nativeThen, this, [carrying(fulfilled, frame), carrying(rejected, frame)]);
    },
  };
  const hidden = { writable: true, enumerable: false, configurable: true };
  // biome-ignore lint/suspicious/noThenProperty: it takes the place of that of all promises
  Object.defineProperties(prototype, { then: { value: carrier.then, ...hidden } });
  const { resolve: nativeResolve } = NativePromise;
  const resolver = {
    resolve(this: unknown, value: unknown): unknown {
      return apply(nativeResolve, this, [value instanceof NativePromise ? value : passed(value)]);
    },
  };
  Object.defineProperties(NativePromise, { resolve: { value: resolver.resolve, ...hidden } });
}
