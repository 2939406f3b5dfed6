import { isAnyArrayBuffer, isBoxedPrimitive, isDate, isMap, isNativeError, isRegExp, isSet } from "node:util/types";

/** Pairs that are being compared: what leads back to one is taken for equal. */
type Seen = Map<object, Set<object>>;

/** As util.isDeepStrictEqual() and assert.deepStrictEqual() have it; loosely, as assert.deepEqual() does. */
export function isDeepEqual(a: unknown, b: unknown, strict: boolean, seen: Seen = new Map()): boolean {
  if (strict ? Object.is(a, b) : a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  const bothObjects = typeof a === "object" && typeof b === "object" && a !== null && b !== null;
  if (!bothObjects) {
    // biome-ignore lint/suspicious/noDoubleEquals: what loosely means
    return !strict && typeof a !== "object" && typeof b !== "object" && a == b;
  }
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const known = seen.get(a);
  if (known?.has(b)) return true;
  seen.set(a, (known ?? new Set()).add(b));
  return sameKind(a, b) && sameContent(a, b, strict, seen) && sameProperties(a, b, strict, seen);
}

const kinds = [Array.isArray, ArrayBuffer.isView, isAnyArrayBuffer, isDate, isRegExp, isMap, isSet, isNativeError];

function sameKind(a: object, b: object): boolean {
  if (isBoxedPrimitive(a) !== isBoxedPrimitive(b)) return false;
  return (
    kinds.every((is) => is(a) === is(b)) && Object.prototype.toString.call(a) === Object.prototype.toString.call(b)
  );
}

function bytesOf(value: object): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value as ArrayBuffer);
}

function sameContent(a: object, b: object, strict: boolean, seen: Seen): boolean {
  if (Array.isArray(a)) return a.length === (b as unknown[]).length;
  if (ArrayBuffer.isView(a) || isAnyArrayBuffer(a)) {
    const [first, second] = [bytesOf(a), bytesOf(b)];
    return first.length === second.length && first.every((byte, index) => byte === second[index]);
  }
  if (isDate(a)) return Object.is((a as Date).getTime(), (b as Date).getTime());
  if (isRegExp(a)) return String(a) === String(b) && (a as RegExp).lastIndex === (b as RegExp).lastIndex;
  if (isNativeError(a)) return (a as Error).message === (b as Error).message && (a as Error).name === (b as Error).name;
  if (isBoxedPrimitive(a)) return Object.is(a.valueOf(), b.valueOf());
  if (isMap(a)) return sameMaps(a as Map<unknown, unknown>, b as Map<unknown, unknown>, strict, seen);
  if (isSet(a)) return sameSets(a as Set<unknown>, b as Set<unknown>, strict, seen);
  return true;
}

function sameMaps(a: Map<unknown, unknown>, b: Map<unknown, unknown>, strict: boolean, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const left = new Map(b);
  return [...a].every(([key, value]) => {
    if (left.has(key) && isDeepEqual(value, left.get(key), strict, seen)) return left.delete(key);
    const found = [...left].find(
      ([other, it]) => isDeepEqual(key, other, strict, seen) && isDeepEqual(value, it, strict, seen),
    );
    return found !== undefined && left.delete(found[0]);
  });
}

function sameSets(a: Set<unknown>, b: Set<unknown>, strict: boolean, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const left = new Set(b);
  return [...a].every((value) => {
    if (left.delete(value)) return true;
    const found = [...left].find((other) => isDeepEqual(value, other, strict, seen));
    return found !== undefined && left.delete(found);
  });
}

function keysOf(value: object): PropertyKey[] {
  if (ArrayBuffer.isView(value)) return Object.keys(value).filter((key) => !/^\d+$/.test(key));
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function sameProperties(a: object, b: object, strict: boolean, seen: Seen): boolean {
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  return keys.every(
    (key) =>
      Object.prototype.propertyIsEnumerable.call(b, key) &&
      isDeepEqual(a[key as keyof object], b[key as keyof object], strict, seen),
  );
}
