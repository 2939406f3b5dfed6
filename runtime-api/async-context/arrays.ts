import { asyncContext, type Frame, inFrame } from "./frame.ts";

/* Array.fromAsync() waits without calling then(): what it calls back is given what remembers the context. */

const { apply } = Reflect;
const { defineProperties } = Object;
const { asyncIterator, iterator: syncIterator } = Symbol;

type Method = (...args: unknown[]) => unknown;

export function carryThroughArrays(): void {
  const { fromAsync } = Array as unknown as { fromAsync: Method };
  const carrier = {
    fromAsync(this: unknown, items: unknown, ...[map, self]: unknown[]): unknown {
      const { frame } = asyncContext;
      const mapper = typeof map === "function" ? called(frame, map as Method, self) : map;
      return apply(fromAsync, this, [iterable(frame, items), mapper]);
    },
  };
  const { fromAsync: value } = carrier;
  defineProperties(Array, { fromAsync: { value, writable: true, enumerable: false, configurable: true } });
}

function called(frame: Frame | undefined, method: Method, self?: unknown): Method {
  return function (this: unknown, ...args) {
    return inFrame(frame, method, self === undefined ? this : self, args);
  };
}

/** What is not iterated stays as it is. */
function iterable(frame: Frame | undefined, items: unknown): unknown {
  if (typeof items !== "object" || items === null) return items;
  for (const symbol of [asyncIterator, syncIterator] as const) {
    const method = (items as Record<symbol, unknown>)[symbol];
    if (method === undefined || method === null) continue;
    if (typeof method !== "function") return items;
    return { [symbol]: () => iterator(frame, apply(method as Method, items, [])) };
  }
  return items;
}

function iterator(frame: Frame | undefined, inner: unknown): unknown {
  if (typeof inner !== "object" || inner === null) return inner;
  const { next } = inner as { next: unknown };
  return {
    next: called(frame, next as Method, inner),
    get return(): unknown {
      const { return: method } = inner as { return?: unknown };
      return typeof method === "function" ? called(frame, method as Method, inner) : method;
    },
  };
}
