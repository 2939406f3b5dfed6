import type { KeepScore } from "../../src/core/keep-score.ts";
import type { Eviction } from "./eviction.ts";

/** One function's isolate on a node. */
export interface Instance {
  readonly fn: number;
  readonly node: SimNode;
  readonly mb: number;
  /** What its start took, in milliseconds. */
  readonly startMs: number;
  busy: number;
  readyAtMs: number;
  evicted: boolean;
  // The eviction's.
  keep: KeepScore | undefined;
  greedy: number;
  score: number;
}

/**
 * A node: cores that take requests in turn, and memory for warm instances. When that is full, idle ones go; when all are
 * busy it is overdrawn, as a pool process does it.
 */
export class SimNode {
  readonly place: number;
  readonly capacityMb: number;
  readonly #coreFreeMs: Float64Array;
  readonly #instances = new Map<number, Instance>();
  readonly #eviction: Eviction;
  readonly #onEvicted: (instance: Instance) => void;
  usedMb = 0;
  inFlight = 0;

  constructor(
    place: number,
    cores: number,
    capacityMb: number,
    eviction: Eviction,
    onEvicted: (instance: Instance) => void,
  ) {
    this.place = place;
    this.capacityMb = capacityMb;
    this.#coreFreeMs = new Float64Array(cores);
    this.#eviction = eviction;
    this.#onEvicted = onEvicted;
  }

  /** The function's instance, for one use more. */
  use(fn: number, nowMs: number): Instance | undefined {
    const instance = this.#instances.get(fn);
    if (instance) this.#eviction.used(instance, nowMs);
    return instance;
  }

  start(fn: number, mb: number, nowMs: number, startMs: number): Instance {
    this.#makeRoom(mb);
    const readyAtMs = this.compute(nowMs, startMs);
    const instance = { fn, node: this, mb, startMs, busy: 0, readyAtMs, evicted: false };
    const kept: Instance = { ...instance, keep: undefined, greedy: 0, score: 0 };
    this.#instances.set(fn, kept);
    this.#eviction.add(kept, nowMs);
    this.usedMb += mb;
    return kept;
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
    while (this.usedMb + mb > this.capacityMb) {
      const instance = this.#eviction.take();
      if (!instance) return;
      instance.evicted = true;
      this.#instances.delete(instance.fn);
      this.usedMb -= instance.mb;
      this.#onEvicted(instance);
    }
  }
}
