import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const idPattern = /^[0-9a-f]{64}$/;
const temporaryMark = ".new-";

/**
 * Bundles as files named by content hash: `<dataDir>/bundles/<id>` as uploaded and `<id>.compiled` as
 * isolates load it. A name appears only once its content is whole, so fronts may read at any time.
 */
export class BundleFiles {
  readonly #folder: string;
  readonly #flush: boolean;

  /** `flush` waits until the disk has the content, so that a power cut cannot lose what was answered for. */
  constructor(dataDir: string, flush = true) {
    this.#folder = join(dataDir, "bundles");
    this.#flush = flush;
  }

  /** Makes the folder, readable by its owner only, and removes what no version needs and what a crash left. */
  async prepare(versionIds: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#folder);
    const idle = names.filter((name) => !versionIds.has(name.replace(/\.compiled$/, "")));
    await Promise.all(idle.map((name) => rm(join(this.#folder, name), { force: true })));
  }

  async write(id: string, original: Uint8Array, compiled: Uint8Array): Promise<void> {
    const files = [this.#place(this.#path(id), original), this.#place(this.#compiledPath(id), compiled)];
    // Both are over then, also when one has failed: nothing half-written is left.
    await Promise.allSettled(files);
    await Promise.all(files);
    if (!this.#flush) return;
    const folder = await open(this.#folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** @throws Error when there is no such bundle. */
  async readOriginal(id: string): Promise<Uint8Array> {
    return readFile(this.#path(id));
  }

  /** @throws Error when there is no such bundle. */
  async readCompiled(id: string): Promise<Uint8Array> {
    return readFile(this.#compiledPath(id));
  }

  async remove(id: string): Promise<void> {
    await Promise.all([this.#path(id), this.#compiledPath(id)].map((path) => rm(path, { force: true })));
  }

  async #place(path: string, content: Uint8Array): Promise<void> {
    const temporary = `${path}${temporaryMark}${randomUUID()}`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(content);
        if (this.#flush) await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #path(id: string): string {
    if (!idPattern.test(id)) throw new Error(`${JSON.stringify(id)} is no version id`);
    return join(this.#folder, id);
  }

  #compiledPath(id: string): string {
    return `${this.#path(id)}.compiled`;
  }
}
