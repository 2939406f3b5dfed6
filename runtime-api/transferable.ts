import { safeList } from "./tamper-proof.ts";

/** Makes what the receiver of a message gets; the same one each time. */
export type Recipe = () => unknown;

/**
 * Looks whether it is for this object, and if so gives what takes that from its owner. Both throw a DataCloneError
 * for an object that has been taken already.
 */
type TransferProbe = (value: object) => (() => Recipe) | undefined;

const probes = safeList<TransferProbe>();

/** For a kind of object that structuredClone() and postMessage() can transfer, from when there are any. */
export function addTransferable(probe: TransferProbe): void {
  probes[probes.length] = probe;
}

/** What takes an object from its owner; undefined for one that cannot be transferred. */
export function takingOf(value: object): (() => Recipe) | undefined {
  // biome-ignore lint/style/useForOf: such a list has no iterator
  for (let i = 0; i < probes.length; i++) {
    const taking = probes[i]?.(value);
    if (taking) return taking;
  }
  return undefined;
}

/** A recipe that is followed once. */
export function once(make: () => unknown): Recipe {
  let made: { readonly value: unknown } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
