import { LRUCache } from "lru-cache";
import { decodeBundle } from "../core/bundle.ts";
import type { Bundle } from "../core/deployment.ts";

/** Bundles that this pool process was given, so that an evicted version comes back without asking. */
export class Bundles {
  readonly #bundles: LRUCache<string, { bundle: Bundle; bytes: number }>;

  constructor(maxBytes: number) {
    this.#bundles = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  get(key: string): Bundle | undefined {
    return this.#bundles.get(key)?.bundle;
  }

  add(key: string, bytes: Uint8Array): Bundle {
    const known = this.get(key);
    if (known) return known;
    const bundle = decodeBundle(bytes);
    this.#bundles.set(key, { bundle, bytes: Math.max(1, bytes.byteLength) });
    return bundle;
  }
}
