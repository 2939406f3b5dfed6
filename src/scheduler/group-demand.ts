import type { PoolGroup } from "../core/deployment.ts";

const everyMs = 1_000;

/**
 * Tells which groups of pool processes have requests: one that has no process yet at once, and each
 * second those that are in use or waited for, so that they are kept.
 */
export class GroupDemand {
  readonly #tell: (group: PoolGroup) => void;
  readonly #inUse: () => Iterable<PoolGroup>;
  readonly #told = new Set<PoolGroup>();

  constructor(tell: (group: PoolGroup) => void, inUse: () => Iterable<PoolGroup>) {
    this.#tell = tell;
    this.#inUse = inUse;
    setInterval(() => this.#remind(), everyMs);
  }

  want(group: PoolGroup): void {
    if (this.#told.has(group)) return;
    this.#told.add(group);
    this.#tell(group);
  }

  #remind(): void {
    this.#told.clear();
    for (const group of this.#inUse()) if (group !== "shared") this.want(group);
  }
}
