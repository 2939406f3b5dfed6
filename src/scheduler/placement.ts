/**
 * Orders places for a key by rendezvous hashing (Thaler and Ravishankar, 1996): the first is the
 * key's home, the next takes over when that is busy or gone, and when a place comes or goes only
 * the keys move whose home it is.
 */
export function preferenceOrder<Place extends { readonly place: number }>(
  key: string,
  places: readonly Place[],
): Place[] {
  const seed = hash(key);
  return places
    .map((place) => ({ place, weight: mix(seed ^ Math.imul(place.place + 1, 0x9e3779b1)) }))
    .sort((a, b) => b.weight - a.weight || a.place.place - b.place.place)
    .map(({ place }) => place);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** The finaliser of MurmurHash3: spreads neighbouring inputs over all bits. */
function mix(input: number): number {
  let value = input;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
