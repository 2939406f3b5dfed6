import { LRUCache } from "lru-cache";
import { withLimits } from "../core/bundle.ts";
import type { LiveFunction } from "../core/deployment.ts";
import type { BundleFiles } from "./bundle-files.ts";

/**
 * Compiled bundles in a front's memory. A version that goes live is read ahead, so that its
 * cold start need not wait for the thread pool, and a pool process gets it with the first request.
 */
export class BundleCache {
  readonly #files: Pick<BundleFiles, "readCompiled">;
  readonly #bundles: LRUCache<string, Uint8Array>;

  constructor(files: Pick<BundleFiles, "readCompiled">, maxBytes: number) {
    this.#files = files;
    this.#bundles = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ byteLength }) => byteLength + 1 });
  }

  /** The bundle as `fn` is held to its limits, if it is in memory. */
  get(fn: LiveFunction): Uint8Array | undefined {
    const bytes = this.#bundles.get(fn.versionId);
    return bytes && held(bytes, fn);
  }

  /** @throws Error when there is no such bundle. */
  async read(fn: LiveFunction): Promise<Uint8Array> {
    return held(await this.#asStored(fn), fn);
  }

  async #asStored({ versionId }: LiveFunction): Promise<Uint8Array> {
    const known = this.#bundles.get(versionId);
    if (known) return known;
    const bytes = await this.#files.readCompiled(versionId);
    this.#bundles.set(versionId, bytes);
    return bytes;
  }
}

function held(bytes: Uint8Array, { limits, limitsId }: LiveFunction): Uint8Array {
  return limitsId === undefined ? bytes : withLimits(bytes, limits);
}
