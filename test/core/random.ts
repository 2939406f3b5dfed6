/** A random source that gives the same numbers for the same seed, so that a failing case can be run again. */
export interface Random {
  /** From 0 to below `end`. */
  below(end: number): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Uint8Array;
  /** Well-formed Unicode of up to `length` characters, from one to four bytes each. */
  text(length: number): string;
}

const letters = [..."abcxyz019-_./ éß€漢😀\u{feff}\n\u2028"];

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  return {
    below,
    pick,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    text: (length) => Array.from({ length: below(length + 1) }, () => pick(letters)).join(""),
  };
}
