/**
 * Takes away, before any code of a tenant's runs, what can be made a fine timer or takes memory that
 * V8 does not count: shared and resizable buffers, waiting on memory, finalizers (which never run in
 * these isolates anyway) and the stacks of WebAssembly's promise integration.
 */

import { freezeClocks } from "./frozen-date.ts";

const { construct, deleteProperty, setPrototypeOf } = Reflect;
const { defineProperty } = Object;
const toNumber = Number;

type BufferConstructor = typeof ArrayBuffer;

/**
 * A constructor of ArrayBuffers that takes no options, in the place of V8's own, which nothing leads
 * to any more. None of the tenant's code runs inside the original: no stack or trap can show it.
 */
function fixedBuffers(original: BufferConstructor): BufferConstructor {
  const { prototype, isView } = original;
  const fixed = {
    ArrayBuffer: function (this: unknown, length: unknown): ArrayBuffer {
      if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
      const bytes = toNumber(length);
      const ownPrototype: unknown = (new.target as unknown) === replacement ? prototype : new.target.prototype;
      const buffer = construct(original, [bytes], original) as ArrayBuffer;
      if (ownPrototype === prototype) return buffer;
      const isObject = typeof ownPrototype === "object" ? ownPrototype !== null : typeof ownPrototype === "function";
      if (isObject) setPrototypeOf(buffer, ownPrototype as object);
      return buffer;
    },
  };
  const replacement = fixed.ArrayBuffer as unknown as BufferConstructor;
  const hidden = { writable: true, enumerable: false, configurable: true };
  defineProperty(replacement, "prototype", { value: prototype, writable: false, enumerable: false });
  defineProperty(replacement, "isView", { value: isView, ...hidden });
  defineProperty(replacement, Symbol.species, {
    get: {
      species(this: unknown) {
        return this;
      },
    }.species,
    configurable: true,
  });
  defineProperty(prototype, "constructor", { value: replacement, ...hidden });
  return replacement;
}

export function hardenGlobals(): void {
  freezeClocks();
  const replacement = fixedBuffers(ArrayBuffer);
  defineProperty(globalThis, "ArrayBuffer", {
    value: replacement,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  for (const name of ["resize", "resizable", "maxByteLength"]) deleteProperty(ArrayBuffer.prototype, name);
  // A WebAssembly memory may still have a shared buffer, which leads nowhere from here.
  for (const name of ["constructor", "grow", "growable", "maxByteLength"]) {
    deleteProperty(SharedArrayBuffer.prototype, name);
  }
  for (const name of ["SharedArrayBuffer", "FinalizationRegistry"]) deleteProperty(globalThis, name);
  for (const name of ["wait", "waitAsync", "notify", "pause"]) deleteProperty(Atomics, name);
  const { WebAssembly } = globalThis as unknown as { WebAssembly: object };
  for (const name of ["Suspending", "SuspendError", "promising"]) deleteProperty(WebAssembly, name);
}
