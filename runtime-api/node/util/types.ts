import host from "islet:node";

const brands = host.brands();
const { prototype: typedArray } = Object.getPrototypeOf(Uint8Array) as { prototype: object };
const tagOf = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get;
const isObject = (value: unknown): value is object =>
  typeof value === "object" ? value !== null : typeof value === "function";
const only =
  (test: (value: object) => boolean) =>
  (value: unknown): boolean =>
    isObject(value) && test(value);

function typedArrayNamed(name: string): (value: unknown) => boolean {
  return (value) => isObject(value) && tagOf !== undefined && Reflect.apply(tagOf, value, []) === name;
}

function tag(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

const tagged =
  (...names: string[]) =>
  (value: unknown): boolean =>
    isObject(value) && names.includes(tag(value));

export const isAnyArrayBuffer = only((value) => brands.isArrayBuffer(value) || brands.isSharedArrayBuffer(value));
export const isArrayBuffer = only(brands.isArrayBuffer);
export const isSharedArrayBuffer = only(brands.isSharedArrayBuffer);
export const isArrayBufferView = (value: unknown): boolean => ArrayBuffer.isView(value);
export const isTypedArray = only(brands.isTypedArray);
export const isDataView = only(brands.isDataView);
export const isMap = only(brands.isMap);
export const isSet = only(brands.isSet);
export const isWeakMap = only(brands.isWeakMap);
export const isWeakSet = only(brands.isWeakSet);
export const isDate = only(brands.isDate);
export const isRegExp = only(brands.isRegExp);
export const isNativeError = only(brands.isError);
export const isNumberObject = only(brands.isBoxedNumber);
export const isStringObject = only(brands.isBoxedString);
export const isBooleanObject = only(brands.isBoxedBoolean);
export const isBigIntObject = only(brands.isBoxedBigInt);
export const isSymbolObject = only(brands.isBoxedSymbol);
export const isBoxedPrimitive = (value: unknown): boolean =>
  [isNumberObject, isStringObject, isBooleanObject, isBigIntObject, isSymbolObject].some((test) => test(value));
export const isPromise = (value: unknown): boolean => value instanceof Promise;
export const isProxy = (): boolean => false;
export const isExternal = (): boolean => false;
export const isArgumentsObject = tagged("Arguments");
export const isAsyncFunction = (value: unknown): boolean =>
  typeof value === "function" && ["AsyncFunction", "AsyncGeneratorFunction"].includes(tag(value));
export const isGeneratorFunction = (value: unknown): boolean =>
  typeof value === "function" && ["GeneratorFunction", "AsyncGeneratorFunction"].includes(tag(value));
export const isGeneratorObject = tagged("Generator", "AsyncGenerator");
export const isMapIterator = tagged("Map Iterator");
export const isSetIterator = tagged("Set Iterator");
export const isModuleNamespaceObject = tagged("Module");
export const isCryptoKey = tagged("CryptoKey");
export const isKeyObject = (): boolean => false;
export const isUint8Array = typedArrayNamed("Uint8Array");
export const isUint8ClampedArray = typedArrayNamed("Uint8ClampedArray");
export const isUint16Array = typedArrayNamed("Uint16Array");
export const isUint32Array = typedArrayNamed("Uint32Array");
export const isInt8Array = typedArrayNamed("Int8Array");
export const isInt16Array = typedArrayNamed("Int16Array");
export const isInt32Array = typedArrayNamed("Int32Array");
export const isFloat32Array = typedArrayNamed("Float32Array");
export const isFloat64Array = typedArrayNamed("Float64Array");
export const isBigInt64Array = typedArrayNamed("BigInt64Array");
export const isBigUint64Array = typedArrayNamed("BigUint64Array");

export default {
  ...{
    isAnyArrayBuffer,
    isArrayBuffer,
    isSharedArrayBuffer,
    isArrayBufferView,
    isTypedArray,
    isDataView,
    isMap,
    isSet,
  },
  ...{ isWeakMap, isWeakSet, isDate, isRegExp, isNativeError, isNumberObject, isStringObject, isBooleanObject },
  ...{ isBigIntObject, isSymbolObject, isBoxedPrimitive, isPromise, isProxy, isExternal, isArgumentsObject },
  ...{ isAsyncFunction, isGeneratorFunction, isGeneratorObject, isMapIterator, isSetIterator },
  ...{ isModuleNamespaceObject, isCryptoKey, isKeyObject, isUint8Array, isUint8ClampedArray, isUint16Array },
  ...{ isUint32Array, isInt8Array, isInt16Array, isInt32Array, isFloat32Array, isFloat64Array },
  ...{ isBigInt64Array, isBigUint64Array },
};
