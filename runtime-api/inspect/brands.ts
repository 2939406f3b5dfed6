import { getterOf, isShared } from "../webidl.ts";

/** Tests for built-in kinds by their internal slots, which neither a prototype nor @@toStringTag can feign. */

const { apply } = Reflect;
const { getPrototypeOf } = Object;

/** `probe` throws when its receiver lacks the slot; the prototype test only spares most throws. */
function brand<T extends object>(prototype: object, probe: (this: unknown) => unknown): (value: object) => value is T {
  return (value): value is T => {
    if (!inherits(value, prototype)) return false;
    try {
      apply(probe, value, []);
      return true;
    } catch {
      return false;
    }
  };
}

function inherits(value: object, prototype: object): boolean {
  for (let at = getPrototypeOf(value) as object | null; at !== null; at = getPrototypeOf(at)) {
    if (at === prototype) return true;
  }
  return false;
}

const { isView } = ArrayBuffer;
export const { isArray } = Array;

export const isMap = brand<Map<unknown, unknown>>(Map.prototype, getterOf(Map.prototype, "size"));
export const isSet = brand<Set<unknown>>(Set.prototype, getterOf(Set.prototype, "size"));
export const isDate = brand<Date>(Date.prototype, Date.prototype.getTime);
export const isArrayBuffer = brand<ArrayBuffer>(ArrayBuffer.prototype, getterOf(ArrayBuffer.prototype, "byteLength"));
export const isSharedArrayBuffer = isShared as (value: object) => value is SharedArrayBuffer;
export const isBoxedNumber = brand<object>(Number.prototype, Number.prototype.valueOf);
export const isBoxedString = brand<object>(String.prototype, String.prototype.valueOf);
export const isBoxedBoolean = brand<object>(Boolean.prototype, Boolean.prototype.valueOf);
export const isBoxedBigInt = brand<object>(BigInt.prototype, BigInt.prototype.valueOf);
export const isBoxedSymbol = brand<object>(Symbol.prototype, Symbol.prototype.valueOf);
export const isWeakMap = brand<WeakMap<object, unknown>>(WeakMap.prototype, function (this: unknown) {
  WeakMap.prototype.has.call(this as WeakMap<object, unknown>, brand);
});
export const isWeakSet = brand<WeakSet<object>>(WeakSet.prototype, function (this: unknown) {
  WeakSet.prototype.has.call(this as WeakSet<object>, brand);
});
export const isWeakRef = brand<WeakRef<object>>(WeakRef.prototype, WeakRef.prototype.deref);

const sourceOf = getterOf(RegExp.prototype, "source");
/** The getter of `source` may be asked of the prototype, too, which is no RegExp. */
export function isRegExp(value: object): value is RegExp {
  if (value === RegExp.prototype || !inherits(value, RegExp.prototype)) return false;
  try {
    apply(sourceOf, value, []);
    return true;
  } catch {
    return false;
  }
}

const errorTest = (Error as unknown as { isError?: (value: unknown) => boolean }).isError;
export function isError(value: object): value is Error {
  return errorTest ? errorTest(value) : inherits(value, Error.prototype);
}

export function isTypedArray(value: object): value is Uint8Array {
  return isView(value) && !(value instanceof DataView);
}

export function isDataView(value: object): value is DataView {
  return isView(value) && value instanceof DataView;
}
