/** Iterators of the interfaces that Web IDL calls "iterable<key, value>": live, and with a prototype of their own. */

type Pair<V> = readonly [string, V];
type Kind = "entries" | "keys" | "values";

interface Position<V> {
  readonly pairs: () => readonly Pair<V>[];
  readonly kind: Kind;
  index: number;
}

const arrayIteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]()) as object;
const iteratorPrototype = Object.getPrototypeOf(arrayIteratorPrototype) as object;

/**
 * Gives the maker of iterators for one interface. `pairs` is asked anew at every step, since what
 * is iterated over may change meanwhile.
 */
export function pairIterators<V>(
  interfaceName: string,
): <T>(kind: Kind, pairs: () => readonly Pair<V>[]) => IterableIterator<T> {
  const positions = new WeakMap<object, Position<V>>();
  const prototype = Object.create(iteratorPrototype, {
    next: {
      value: function next(this: object): IteratorResult<unknown> {
        const position = positions.get(this);
        if (!position) throw new TypeError(`next: not a ${interfaceName} Iterator`);
        const pair = position.pairs()[position.index];
        if (!pair) return { value: undefined, done: true };
        position.index++;
        const [key, value] = pair;
        return {
          value: position.kind === "entries" ? [key, value] : position.kind === "keys" ? key : value,
          done: false,
        };
      },
      enumerable: true,
      configurable: true,
      writable: true,
    },
    [Symbol.toStringTag]: { value: `${interfaceName} Iterator`, configurable: true },
  }) as object;
  return <T>(kind: Kind, pairs: () => readonly Pair<V>[]) => {
    const iterator = Object.create(prototype) as IterableIterator<T>;
    positions.set(iterator, { pairs, kind, index: 0 });
    return iterator;
  };
}
