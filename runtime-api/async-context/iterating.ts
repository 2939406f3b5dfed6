import { asyncContext } from "./frame.ts";
import { afterwards, goesOn, type Token } from "./waiting.ts";

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

/** The iterable in whose place it is to be iterated. What cannot be iterated is given back, for V8 to say so. */
export function iterated(token: Token, iterable: unknown): unknown {
  if (iterable === null || iterable === undefined) return iterable;
  const asyncMethod = (iterable as Record<symbol, unknown>)[asyncIterator];
  const isSync = asyncMethod === undefined || asyncMethod === null;
  const method = isSync ? (iterable as Record<symbol, unknown>)[syncIterator] : asyncMethod;
  if (typeof method !== "function") return iterable;
  return {
    [asyncIterator]: () => {
      const inner = apply(method as Method, iterable, []);
      return isObject(inner) ? new CarriedIterator(token, inner, isSync) : inner;
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
  readonly #next: unknown;

  constructor(token: Token, inner: Record<string, unknown>, isSync: boolean) {
    this.#token = token;
    this.#inner = inner;
    this.#isSync = isSync;
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
    return (...args) => this.#call(method as Method, args);
  }

  #call(method: Method, args: unknown[]): unknown {
    const token = this.#token;
    // The loop may have waited for what it disposes of.
    goesOn(token);
    token.frame = asyncContext.frame;
    const result = apply(method, this.#inner, args);
    if (!this.#isSync) return afterwards(result, (settled) => carriedResult(token, settled));
    if (!isObject(result)) return result;
    const { done } = result;
    return afterwards(
      result.value,
      (value) => carriedResult(token, { done, value }),
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

function carriedResult(token: Token, result: unknown): unknown {
  return isObject(result) ? new CarriedResult(token, result) : result;
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
