import { DOMException, isDomException } from "./dom-exception.ts";
import {
  isArray,
  isArrayBuffer,
  isBoxedBigInt,
  isBoxedBoolean,
  isBoxedNumber,
  isBoxedString,
  isBoxedSymbol,
  isDate,
  isError,
  isMap,
  isRegExp,
  isSet,
  isSharedArrayBuffer,
  isWeakMap,
  isWeakRef,
  isWeakSet,
} from "./inspect/brands.ts";
import { once, type Recipe, takingOf } from "./transferable.ts";
import { getterOf, requireArguments, shownAttributes, toDictionary } from "./webidl.ts";

/**
 * structuredClone() and what messages are made of, in the two steps of the standard: everything is read
 * first, into recipes, so that an error leaves what is transferred as it was; then the copies are made.
 */

const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys } = Object;
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const viewName = getterOf(getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

type ViewConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => object;
const viewConstructors = new Map<string, ViewConstructor>(
  [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
    ...("Float16Array" in globalThis ? [globalThis.Float16Array] : []),
  ].map((type) => [type.name, type as unknown as ViewConstructor]),
);

const errorConstructors = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [type.name, type]),
);

/** What the Streams Standard's objects are called; they can be transferred only. */
const streamTags = new Set<unknown>(["ReadableStream", "WritableStream", "TransformStream"]);

function cloneError(what: string): DOMException {
  return new DOMException(`${what} cannot be cloned`, "DataCloneError");
}

class Serializer {
  readonly #recipes: Map<object, Recipe>;

  /** @param recipes of what is transferred. */
  constructor(recipes: Map<object, Recipe>) {
    this.#recipes = recipes;
  }

  serialize(value: unknown): Recipe {
    if (typeof value === "symbol" || typeof value === "function") throw cloneError(`A ${typeof value}`);
    if (typeof value !== "object" || value === null) return () => value;
    return this.#recipes.get(value) ?? this.#object(value);
  }

  /** Makes the copy once, and known before it is filled: it may contain itself. */
  #remember<T>(original: object, create: () => T, fill?: (copy: T) => void): Recipe {
    let made: { readonly copy: T } | undefined;
    const recipe = (): T => {
      if (made) return made.copy;
      made = { copy: create() };
      fill?.(made.copy);
      return made.copy;
    };
    this.#recipes.set(original, recipe);
    return recipe;
  }

  #object(value: object): Recipe {
    if (isArray(value)) return this.#withProperties(value, () => new Array(value.length));
    if (isBoxedSymbol(value)) throw cloneError("A symbol");
    if (isBoxed(value)) {
      const primitive = (value as { valueOf(): unknown }).valueOf();
      return this.#remember(value, () => Object(primitive) as object);
    }
    if (isDate(value)) {
      const time = apply(Date.prototype.getTime, value, []) as number;
      return this.#remember(value, () => new Date(time));
    }
    if (isRegExp(value)) {
      const { source, flags } = value;
      return this.#remember(value, () => new RegExp(source, flags));
    }
    if (isArrayBuffer(value)) return this.#buffer(value);
    if (isSharedArrayBuffer(value)) return this.#remember(value, () => value);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (isMap(value)) return this.#map(value);
    if (isSet(value)) return this.#set(value);
    if (isError(value)) return this.#error(value);
    if (shownAttributes(value)) return this.#platformObject(value);
    if (isUncloneable(value)) throw cloneError(`This ${String(tagOf(value))}`);
    return this.#withProperties(value, () => ({}));
  }

  #withProperties(value: object, create: () => object): Recipe {
    const properties: [string, Recipe][] = [];
    const recipe = this.#remember(value, create, (copy) => {
      for (const [key, held] of properties) {
        defineProperty(copy, key, { value: held(), writable: true, enumerable: true, configurable: true });
      }
    });
    for (const key of keys(value)) {
      // A getter that ran before may have taken it away.
      if (hasOwn(value, key)) properties.push([key, this.serialize((value as Record<string, unknown>)[key])]);
    }
    return recipe;
  }

  #map(value: Map<unknown, unknown>): Recipe {
    const entries: [Recipe, Recipe][] = [];
    const recipe = this.#remember(
      value,
      () => new Map(),
      (copy) => {
        for (const [key, held] of entries) copy.set(key(), held());
      },
    );
    for (const [key, held] of [...(apply(mapEntries, value, []) as MapIterator<[unknown, unknown]>)]) {
      entries.push([this.serialize(key), this.serialize(held)]);
    }
    return recipe;
  }

  #set(value: Set<unknown>): Recipe {
    const items: Recipe[] = [];
    const recipe = this.#remember(
      value,
      () => new Set(),
      (copy) => {
        for (const item of items) copy.add(item());
      },
    );
    for (const item of [...(apply(setValues, value, []) as SetIterator<unknown>)]) items.push(this.serialize(item));
    return recipe;
  }

  #buffer(value: ArrayBuffer): Recipe {
    if (value.detached) throw cloneError("A detached ArrayBuffer");
    const bytes = value.slice(0);
    return this.#remember(value, () => bytes);
  }

  #view(value: ArrayBufferView): Recipe {
    const buffer = this.serialize(value.buffer);
    const { byteOffset } = value;
    const name = apply(viewName, value, []) as string | undefined;
    const type = name === undefined ? DataView : viewConstructors.get(name);
    if (!type) throw cloneError(`A ${name}`);
    const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
    return this.#remember(value, () => new type(buffer() as ArrayBuffer, byteOffset, length));
  }

  #error(value: Error): Recipe {
    const { stack } = value;
    if (isDomException(value)) {
      const { name, message } = value;
      return this.#remember(value, () => withStack(new DOMException(message, name) as unknown as Error, stack));
    }
    const type = errorConstructors.get(String(value.name)) ?? Error;
    const message: unknown = getOwnPropertyDescriptor(value, "message")?.value;
    const text = message === undefined ? undefined : String(message);
    let cause: Recipe | undefined;
    const recipe = this.#remember(
      value,
      () => withStack(new type(text), stack),
      (copy) => {
        if (cause) defineProperty(copy, "cause", { value: cause(), writable: true, configurable: true });
      },
    );
    const held = getOwnPropertyDescriptor(value, "cause");
    if (held && "value" in held) cause = this.serialize(held.value);
    return recipe;
  }

  #platformObject(value: object): Recipe {
    const { descriptionOf, isKey, newKey } = require("./crypto/key.ts") as typeof import("./crypto/key.ts");
    if (isKey(value)) return this.#remember(value, () => newKey(descriptionOf(value)));
    const { Blob, blobBytes, File, fillBlob, isBlob, isFile } =
      require("./files/blob.ts") as typeof import("./files/blob.ts");
    if (!isBlob(value)) throw cloneError(`This ${String(tagOf(value))}`);
    const bytes = blobBytes(value);
    const { type } = value;
    if (!isFile(value)) return this.#remember(value, () => fillBlob(new Blob([], { type }), bytes));
    const { name, lastModified } = value;
    return this.#remember(value, () => fillBlob(new File([], name, { type, lastModified }), bytes));
  }
}

function isBoxed(value: object): boolean {
  return isBoxedNumber(value) || isBoxedString(value) || isBoxedBoolean(value) || isBoxedBigInt(value);
}

function tagOf(value: object): unknown {
  const prototype = getPrototypeOf(value) as object | null;
  return (prototype && getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value) ?? "object";
}

/** Objects with a state of their own that no copy could have. */
function isUncloneable(value: object): boolean {
  return (
    value instanceof Promise || isWeakMap(value) || isWeakSet(value) || isWeakRef(value) || streamTags.has(tagOf(value))
  );
}

function withStack(error: Error, stack: unknown): Error {
  if (typeof stack === "string") defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
  return error;
}

/** What takes it from its owner. Throws a DataCloneError for what cannot be transferred, or not any more. */
function taking(item: unknown): () => Recipe {
  if (typeof item !== "object" || item === null) throw cloneError("What is no object");
  if (!isArrayBuffer(item)) {
    const found = takingOf(item);
    if (found) return found;
    throw new DOMException(`This ${String(tagOf(item))} cannot be transferred`, "DataCloneError");
  }
  const take = (): Recipe => {
    if (item.detached) throw cloneError("A detached ArrayBuffer");
    const taken = item.transfer();
    return () => taken;
  };
  if (item.detached) take();
  return take;
}

export interface SerializedMessage {
  /** Makes the value and all that was transferred, which may be done once. */
  deserialize(): { readonly value: unknown; readonly transferred: readonly unknown[] };
}

/** Reads a value, and takes what is transferred from its owner. Throws a DataCloneError, and whatever getters throw. */
export function serializeWithTransfer(value: unknown, transfer: Iterable<unknown>): SerializedMessage {
  const takings = new Map<object, () => Recipe>();
  const received = new Map<object, Recipe>();
  const recipes = new Map<object, Recipe>();
  for (const item of transfer) {
    const take = taking(item);
    const key = item as object;
    if (takings.has(key)) throw new DOMException("An object is to be transferred twice", "DataCloneError");
    takings.set(key, take);
    recipes.set(key, () => received.get(key)?.());
  }
  const recipe = new Serializer(recipes).serialize(value);
  for (const [key, take] of takings) received.set(key, once(take()));
  return {
    deserialize() {
      const transferred = [...received.values()].map((receive) => receive());
      return { value: recipe(), transferred };
    },
  };
}

export interface StructuredSerializeOptions {
  readonly transfer?: Iterable<object>;
}

/** Throws a DataCloneError for what has no copy: functions, symbols, promises, requests and the like. */
export function structuredClone(value: unknown, options?: StructuredSerializeOptions): unknown {
  requireArguments(arguments.length, 1, "structuredClone");
  return serializeWithTransfer(value, toTransferList(options, "structuredClone")).deserialize().value;
}

/** The objects of a sequence in a dictionary. */
export function toTransferList(
  options: StructuredSerializeOptions | null | undefined,
  where: string,
): Iterable<object> {
  const { transfer = [] } = toDictionary(options, where);
  return [...transfer];
}
