/** What Web IDL asks of every interface and argument, as far as it is cheap. */

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;

/** Taken before the global goes: WebAssembly memories can have such buffers. */
const Shared = SharedArrayBuffer;

export type BufferSource = ArrayBuffer | SharedArrayBuffer | ArrayBufferView;

type Interface = { readonly prototype: object };

/** The prototypes of all interfaces, with the attributes that the console shows of their objects. */
const interfaces = new Map<object, readonly string[]>();

/** Properties that a class has beside its members. */
const ofClasses = new Set<string | symbol>(["length", "name", "prototype"]);
const ofPrototypes = new Set<string | symbol>(["constructor"]);

function makeEnumerable(target: object, untouched: ReadonlySet<string | symbol>): void {
  for (const key of ownKeys(target)) {
    if (typeof key === "symbol" || untouched.has(key)) continue;
    defineProperty(target, key, { enumerable: true });
  }
}

/**
 * Gives a class the shape of a Web IDL interface: its name (the bundler may have changed it),
 * enumerable members and @@toStringTag.
 */
export function defineInterface(type: Interface, name: string, shown: readonly string[] = []): void {
  defineProperty(type, "name", { value: name, configurable: true });
  makeEnumerable(type, ofClasses);
  makeEnumerable(type.prototype, ofPrototypes);
  defineProperty(type.prototype, Symbol.toStringTag, { value: name, configurable: true });
  interfaces.set(type.prototype, shown);
}

export function defineConstants(type: Interface, constants: Readonly<Record<string, number>>): void {
  for (const name of Object.keys(constants)) {
    const descriptor = { value: constants[name], enumerable: true };
    defineProperty(type, name, descriptor);
    defineProperty(type.prototype, name, descriptor);
  }
}

/** The attributes to show of an object of one of the interfaces; undefined for any other object. */
export function shownAttributes(value: object): readonly string[] | undefined {
  for (let at: object | null = value; at !== null; at = getPrototypeOf(at)) {
    const shown = interfaces.get(at);
    if (shown) return shown;
  }
  return undefined;
}

/** Throws a TypeError when fewer arguments are given than are required. */
export function requireArguments(given: number, required: number, where: string): void {
  if (given >= required) return;
  const noun = required === 1 ? "argument" : "arguments";
  throw new TypeError(`${where}: ${required} ${noun} required, ${given} given`);
}

/** Throws a TypeError for symbols, as String() would not. */
export function toDomString(value: unknown): string {
  return typeof value === "string" ? value : `${value as string}`;
}

/** A string without lone surrogates. */
export function toUsvString(value: unknown): string {
  return toDomString(value).toWellFormed();
}

/** Throws a TypeError for what is not a finite number. */
export function toDouble(value: unknown, where: string): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${where} must be a finite number`);
  return number;
}

/** A dictionary argument; undefined and null stand for an empty one. Throws a TypeError for primitives. */
export function toDictionary<T extends object>(value: T | null | undefined, where: string): Partial<T> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" && typeof value !== "function")
    throw new TypeError(`${where}: options must be an object`);
  return value;
}

/** A sequence argument. Throws a TypeError for what has no iterator, which is asked for once. */
export function toSequence<T>(value: unknown, where: string, convert: (item: unknown) => T): T[] {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  const method = isObject ? (value as Partial<Iterable<unknown>>)[Symbol.iterator] : undefined;
  if (typeof method !== "function") throw new TypeError(`${where} must be a sequence`);
  const items: T[] = [];
  for (const item of { [Symbol.iterator]: () => apply(method, value, []) }) items[items.length] = convert(item);
  return items;
}

export function isShared(buffer: unknown): buffer is SharedArrayBuffer {
  return buffer instanceof Shared;
}

export function isBufferSource(value: unknown): value is BufferSource {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isShared(value);
}

/** The bytes that a BufferSource covers, not copied. */
export function viewBytes(source: BufferSource): Uint8Array {
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
  if (source instanceof Uint8Array) return source;
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

/** A copy of the bytes that a BufferSource covers. Throws a TypeError for anything else. */
export function copyBytes(source: unknown, where: string): Uint8Array<ArrayBuffer> {
  if (!isBufferSource(source)) throw new TypeError(`${where}: an ArrayBuffer or a view of one is required`);
  return new Uint8Array(viewBytes(source));
}

/**
 * Bytes as they may cross to the host: the bridge copies the whole buffer behind a view, so a view
 * of a part of it (or of shared memory) is copied here first.
 */
export function crossable(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) return bytes;
  return new Uint8Array(bytes);
}

/** The getter of an accessor that an interface or a built-in prototype has. */
export function getterOf(prototype: object, name: string | symbol): (this: unknown) => unknown {
  const get = getOwnPropertyDescriptor(prototype, name)?.get;
  if (!get) throw new TypeError(`no getter ${String(name)}`);
  return get;
}
