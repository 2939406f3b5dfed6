/*
 * Collections for the runtime's own books. A tenant can replace what is on the prototypes of the
 * language's own, and what the runtime then gets from them would throw out of an entry, or leave a
 * request without an answer. These have their methods from before any tenant's code ran.
 */

const { create, defineProperty, freeze, getOwnPropertyDescriptor, setPrototypeOf } = Object;
const { ownKeys } = Reflect;

function sealPrototype(own: object, original: object): void {
  for (const key of ownKeys(original)) {
    if (key !== "constructor") defineProperty(own, key, getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
  }
  freeze(setPrototypeOf(own, null));
}

export class SafeMap<K, V> extends Map<K, V> {}
sealPrototype(SafeMap.prototype, Map.prototype);

export class SafeSet<T> extends Set<T> {}
sealPrototype(SafeSet.prototype, Set.prototype);

const listPrototype = freeze(create(null) as object);

/** For indices and `length` only: no setter or getter of an index is inherited. */
export function safeList<T>(): T[] {
  return setPrototypeOf([], listPrototype) as T[];
}
