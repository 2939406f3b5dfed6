import type { Spot } from "../../src/scheduler/spot.ts";

/** One version's isolate on a node. */
export interface Instance {
  readonly fn: number;
  readonly node: SimNode;
  readonly mb: number;
  busy: number;
  readyAtMs: number;
}

/**
 * A node: cores that take requests in turn, and memory for warm instances. When that is full, idle ones go, the least
 * recently used first; when all are busy it is overdrawn, as a pool process does it.
 */
export class SimNode implements Spot {
  readonly place: number;
  readonly gone = false;
  readonly capacityMb: number;
  readonly #coreFreeMs: Float64Array;
  /** In the order of their last use. */
  readonly #instances = new Map<number, Instance>();
  readonly #onEvicted: (instance: Instance) => void;
  usedMb = 0;
  inFlight = 0;

  constructor(place: number, cores: number, capacityMb: number, onEvicted: (instance: Instance) => void) {
    this.place = place;
    this.capacityMb = capacityMb;
    this.#coreFreeMs = new Float64Array(cores);
    this.#onEvicted = onEvicted;
  }

  room(): number {
    return Number.POSITIVE_INFINITY;
  }

  busy(): number {
    return this.inFlight;
  }

  instance(fn: number): Instance | undefined {
    return this.#instances.get(fn);
  }

  /** Marks it as the most recently used. */
  touch(instance: Instance): void {
    this.#instances.delete(instance.fn);
    this.#instances.set(instance.fn, instance);
  }

  start(fn: number, mb: number, readyAtMs: number): Instance {
    this.#makeRoom(mb);
    const instance = { fn, node: this, mb, busy: 0, readyAtMs };
    this.#instances.set(fn, instance);
    this.usedMb += mb;
    return instance;
  }

  /** Computes for so long as soon as a core is free; @returns when that is over. */
  compute(nowMs: number, cpuMs: number): number {
    const cores = this.#coreFreeMs;
    let first = 0;
    for (let i = 1; i < cores.length; i++) if ((cores[i] as number) < (cores[first] as number)) first = i;
    const endMs = Math.max(nowMs, cores[first] as number) + cpuMs;
    cores[first] = endMs;
    return endMs;
  }

  #makeRoom(mb: number): void {
    if (this.usedMb + mb <= this.capacityMb) return;
    for (const instance of this.#instances.values()) {
      if (instance.busy > 0) continue;
      this.#instances.delete(instance.fn);
      this.usedMb -= instance.mb;
      this.#onEvicted(instance);
      if (this.usedMb + mb <= this.capacityMb) return;
    }
  }
}
