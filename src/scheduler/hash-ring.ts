/** Points of each place on the ring: with so many, shares differ by some 6 %. */
const pointsPerPlace = 256;

/**
 * Consistent hashing (D. Karger et al., "Consistent hashing and random trees", STOC 1997): each place has points on a
 * ring; a key's home is the place of the first point from the key's hash on, the places that come after it are next
 * in line, and when a place comes or goes only the keys move whose home it is. Keys and points are 32 bits.
 */
export class HashRing<Place extends { readonly place: number }> {
  readonly #places: readonly Place[];
  /** Sorted; of each point, the index of its place in the same order. */
  readonly #points: Uint32Array;
  readonly #owners: Uint32Array;

  constructor(places: readonly Place[]) {
    this.#places = places;
    const points = places.flatMap(({ place }, owner) =>
      // The high half is what is sorted by; both fit a double's 53 bits.
      Array.from({ length: pointsPerPlace }, (_, i) => point(place, i) * 2 ** 20 + owner),
    );
    const sorted = Float64Array.from(points).sort();
    this.#points = Uint32Array.from(sorted, (both) => Math.floor(both / 2 ** 20));
    this.#owners = Uint32Array.from(sorted, (both) => both % 2 ** 20);
  }

  get places(): readonly Place[] {
    return this.#places;
  }

  /** The first `most` places for a key, its home first. */
  order(hash: number, most: number): Place[] {
    const wanted = Math.min(most, this.#places.length);
    const order: Place[] = [];
    const count = this.#points.length;
    for (let i = this.#from(hash), seen = 0; order.length < wanted && seen < count; i++, seen++) {
      const place = this.#places[this.#owners[i % count] as number] as Place;
      if (!order.includes(place)) order.push(place);
    }
    return order;
  }

  /** Index of the first point at or after the hash. */
  #from(hash: number): number {
    let [low, high] = [0, this.#points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#points[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** FNV-1a, 32 bits, spread over all of them. */
export function hashOf(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return mix(value);
}

function point(place: number, i: number): number {
  return mix(Math.imul(place + 1, 0x9e3779b1) ^ mix(i + 0x7f4a7c15));
}

/** The finaliser of MurmurHash3: spreads neighbouring inputs over all bits. */
function mix(input: number): number {
  let value = input;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
