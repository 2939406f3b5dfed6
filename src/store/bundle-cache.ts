import { LRUCache } from "lru-cache";
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

  /** The bundle if it is in memory. */
  get(versionId: string): Uint8Array | undefined {
    return this.#bundles.get(versionId);
  }

  /** @throws Error when there is no such bundle. */
  async read(versionId: string): Promise<Uint8Array> {
    const known = this.#bundles.get(versionId);
    if (known) return known;
    const bytes = await this.#files.readCompiled(versionId);
    this.#bundles.set(versionId, bytes);
    return bytes;
  }
}
