import { asyncContext } from "./frame.ts";
import { afterwards, continued, goesOn, type Token } from "./waiting.ts";

/*
 * `for await` and `yield*` wait for what an iterator's methods give, and first look at `done` of it when they go on.
 * So they are given an iterator whose results restore the context there.
 */

const { apply } = Reflect;
const {
  asyncIterator,
  iterator: syncIterator,
  dispose: disposer,
} = Symbol as typeof Symbol & {
  readonly dispose: unique symbol;
};

type Method = (...args: unknown[]) => unknown;
interface Result {
  readonly done?: unknown;
  readonly value?: unknown;
}

/**
 * The iterable in whose place it is to be iterated: by `yield*`, which yields what it gives, if it `delegates`. What cannot be iterated is given back, for V8 to say so.
 */
export function iterated(token: Token, iterable: unknown, delegates = false): unknown {
  if (iterable === null || iterable === undefined) return iterable;
  const asyncMethod = (iterable as Record<symbol, unknown>)[asyncIterator];
  const isSync = asyncMethod === undefined || asyncMethod === null;
  const method = isSync ? (iterable as Record<symbol, unknown>)[syncIterator] : asyncMethod;
  if (typeof method !== "function") return iterable;
  return {
    [asyncIterator]: () => {
      const inner = apply(method as Method, iterable, []);
      return isObject(inner) ? new CarriedIterator(token, inner, isSync, delegates) : inner;
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" ? value !== null : typeof value === "function";
}

class CarriedIterator {
  readonly #token: Token;
  readonly #inner: Record<string, unknown>;
  readonly #isSync: boolean;
  readonly #delegates: boolean;
  readonly #next: unknown;

  constructor(token: Token, inner: Record<string, unknown>, isSync: boolean, delegates: boolean) {
    this.#token = token;
    this.#inner = inner;
    this.#isSync = isSync;
    this.#delegates = delegates;
    this.#next = inner.next;
  }

  next(...args: unknown[]): unknown {
    return this.#call(this.#next as Method, args);
  }

  get return(): Method | undefined {
    return this.#method("return");
  }

  get throw(): Method | undefined {
    return this.#method("throw");
  }

  #method(name: string): Method | undefined {
    const method = this.#inner[name];
    if (method === undefined || method === null) return undefined;
    return (...args) => this.#call(method as Method, args, name === "return");
  }

  #call(method: Method, args: unknown[], ends = false): unknown {
    const token = this.#token;
    // A loop may have waited for what it disposes of, and return() for its value; who calls next() of a generator has come in.
    if (this.#delegates && !ends) continued(token, undefined);
    else goesOn(token);
    token.frame = asyncContext.frame;
    const result = apply(method, this.#inner, args);
    if (!this.#isSync) return afterwards(result, (settled) => carriedResult(token, settled, this.#delegates, ends));
    if (!isObject(result)) return result;
    const { done } = result;
    return afterwards(
      result.value,
      (value) => carriedResult(token, { done, value }, this.#delegates, ends),
      (error) => {
        if (!done) this.#close();
        throw error;
      },
    );
  }

  #close(): void {
    const method = this.#inner.return;
    if (typeof method === "function") apply(method, this.#inner, []);
  }
}

/** @param ends it ends the generator that delegates, which waits for the value then, as it does for what it yields. */
function carriedResult(token: Token, result: unknown, delegates: boolean, ends: boolean): unknown {
  if (!isObject(result)) return result;
  return delegates ? new DelegatedResult(token, result, ends) : new CarriedResult(token, result);
}

class CarriedResult {
  readonly #token: Token;
  readonly #result: Result;

  constructor(token: Token, result: Result) {
    this.#token = token;
    this.#result = result;
  }

  get done(): unknown {
    goesOn(this.#token);
    return this.#result.done;
  }

  get value(): unknown {
    return this.#result.value;
  }
}

class DelegatedResult {
  readonly #token: Token;
  readonly #result: Result;
  readonly #ends: boolean;
  #waits = true;

  constructor(token: Token, result: Result, ends: boolean) {
    this.#token = token;
    this.#result = result;
    this.#ends = ends;
  }

  get done(): unknown {
    goesOn(this.#token);
    const { done } = this.#result;
    this.#waits = !done || this.#ends;
    return done;
  }

  get value(): unknown {
    if (this.#waits) this.#token.frame = asyncContext.frame;
    return this.#result.value;
  }
}

/** In place of what a loop iterates that waits, between two turns, for what it disposes of. */
export function resuming(token: Token, iterable: unknown): unknown {
  if (iterable === null || iterable === undefined) return iterable;
  const method = (iterable as Record<symbol, unknown>)[syncIterator];
  if (typeof method !== "function") return iterable;
  return {
    [syncIterator]: () => {
      const inner = apply(method as Method, iterable, []);
      return isObject(inner) ? resumingIterator(token, inner) : inner;
    },
  };
}

function resumingIterator(token: Token, inner: Record<string, unknown>): object {
  const { next } = inner;
  return {
    next() {
      goesOn(token);
      return apply(next as Method, inner, []);
    },
    get return(): Method | undefined {
      const method = inner.return;
      if (method === undefined || method === null) return undefined;
      return () => {
        goesOn(token);
        return apply(method as Method, inner, []);
      };
    },
  };
}

/** Stands behind a resource that is disposed of asynchronously, and so is disposed of before it: in the context of the block's end. */
export function dispose(token: Token): object {
  return {
    [disposer]: () => {
      goesOn(token);
      token.frame = asyncContext.frame;
    },
  };
}
