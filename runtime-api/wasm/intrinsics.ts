/**
 * V8's own WebAssembly and what is needed to stand in front of it, taken at boot. The rest of this
 * folder is evaluated when WebAssembly is first touched, when a tenant may have replaced anything.
 * So there, nothing is called by way of a prototype, iterated or pushed.
 */

type Method = (...args: unknown[]) => unknown;

export type Constructor = new (...args: never[]) => object;

interface V8WebAssembly {
  readonly Module: Constructor & {
    readonly imports: Method;
    readonly exports: Method;
    readonly customSections: Method;
  };
  readonly Instance: Constructor;
  readonly Memory: Constructor;
  readonly CompileError: new (message: string) => Error;
  readonly validate: Method;
}

function getter(prototype: object, name: string | symbol): Method {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as Method;
}

function viewGetters(prototype: object) {
  return {
    buffer: getter(prototype, "buffer"),
    byteOffset: getter(prototype, "byteOffset"),
    byteLength: getter(prototype, "byteLength"),
  };
}

const namespace = (globalThis as unknown as { WebAssembly: V8WebAssembly }).WebAssembly;
const { Module, Instance, Memory, CompileError, validate } = namespace;
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

const { imports, exports, customSections } = Module;

export const v8 = { namespace, Module, Instance, Memory, CompileError, validate, imports, exports, customSections };

export const { apply, construct, setPrototypeOf, deleteProperty } = Reflect;
export const { create, defineProperty } = Object;
export const { isView } = ArrayBuffer;
export const { parse } = JSON;
export const Bytes = Uint8Array;
export const errors = { RangeError, TypeError };
export const toBoolean = Boolean;
export const Weak: new (target: object) => WeakRef<object> = WeakRef;
export const WeakTable = WeakMap;

export const deref = WeakRef.prototype.deref as Method;
export const weakGet = WeakMap.prototype.get as Method;
export const weakSet = WeakMap.prototype.set as Method;
export const growMemory = (Memory.prototype as { grow: Method }).grow;
export const bufferOfMemory = getter(Memory.prototype, "buffer");
export const lengthOfBuffer = getter(ArrayBuffer.prototype, "byteLength");
export const tagOfArray = getter(typedArray, Symbol.toStringTag);
export const ofArray = viewGetters(typedArray);
export const ofDataView = viewGetters(DataView.prototype);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" ? value !== null : typeof value === "function";
}

/** Defines a property as V8 does those of WebAssembly, whatever a tenant has put on Object.prototype. */
export function define(target: object, name: string, value: unknown, enumerable: boolean): void {
  const descriptor = create(null) as PropertyDescriptor;
  descriptor.value = value;
  descriptor.writable = true;
  descriptor.enumerable = enumerable;
  descriptor.configurable = true;
  defineProperty(target, name, descriptor);
}

/**
 * Puts a constructor in the place of one of V8's, which nothing leads to any more. `make` must call
 * the original so that none of the tenant's code runs inside it: no stack or trap can show it then.
 */
export function replace(
  original: Constructor,
  name: string,
  make: (first: unknown, second: unknown) => object,
): Constructor {
  const prototype = original.prototype as object;
  const replacement = function (this: unknown, first: unknown, second: unknown): object {
    if (new.target === undefined) {
      throw new errors.TypeError(`WebAssembly.${name}(): WebAssembly.${name} must be invoked with 'new'`);
    }
    const own: unknown = (new.target as unknown) === replacement ? prototype : new.target.prototype;
    const made = make(first, second);
    if (own !== prototype && isObject(own)) setPrototypeOf(made, own);
    return made;
  } as unknown as Constructor;
  const fixed = create(null) as PropertyDescriptor;
  fixed.value = prototype;
  fixed.writable = false;
  defineProperty(replacement, "prototype", fixed);
  hiddenValue(replacement, "name", name);
  hiddenValue(replacement, "length", 1);
  define(prototype, "constructor", replacement, false);
  define(v8.namespace, name, replacement, false);
  return replacement;
}

function hiddenValue(target: object, name: string, value: unknown): void {
  const descriptor = create(null) as PropertyDescriptor;
  descriptor.value = value;
  defineProperty(target, name, descriptor);
}
