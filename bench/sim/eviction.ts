import { KeepScore } from "../../src/core/keep-score.ts";
import type { Instance } from "./node.ts";

/** Which idle instance of a node goes first. */
export interface Eviction {
  add(instance: Instance, nowMs: number): void;
  used(instance: Instance, nowMs: number): void;
  /** Takes out the one that goes first; undefined when all are busy. */
  take(): Instance | undefined;
}

export interface NamedEviction {
  readonly name: string;
  readonly make: () => Eviction;
}

/** A list by last use. */
class LeastRecentlyUsed implements Eviction {
  readonly #instances = new Set<Instance>();

  add(instance: Instance): void {
    this.#instances.add(instance);
  }

  used(instance: Instance): void {
    this.#instances.delete(instance);
    this.#instances.add(instance);
  }

  take(): Instance | undefined {
    for (const instance of this.#instances) {
      if (instance.busy > 0) continue;
      this.#instances.delete(instance);
      return instance;
    }
    return undefined;
  }
}

/**
 * By a score that only grows as long as an instance is kept: a heap by the score that each had when it was looked at last,
 * so that a use costs nothing here.
 */
abstract class ByScore implements Eviction {
  readonly #heap: Instance[] = [];

  abstract add(instance: Instance, nowMs: number): void;
  abstract used(instance: Instance, nowMs: number): void;
  protected abstract scoreOf(instance: Instance): number;

  protected push(instance: Instance): void {
    instance.score = this.scoreOf(instance);
    this.#heap.push(instance);
    this.#up(this.#heap.length - 1);
  }

  take(): Instance | undefined {
    const heap = this.#heap;
    const busy: Instance[] = [];
    let found: Instance | undefined;
    while (!found && heap.length > 0) {
      const first = heap[0] as Instance;
      const score = this.scoreOf(first);
      if (score > first.score) {
        first.score = score;
        this.#down();
        continue;
      }
      const last = heap.pop() as Instance;
      if (heap.length > 0) {
        heap[0] = last;
        this.#down();
      }
      if (first.busy > 0) busy.push(first);
      else found = first;
    }
    for (const instance of busy) this.push(instance);
    return found;
  }

  #up(from: number): void {
    const heap = this.#heap;
    const instance = heap[from] as Instance;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      const above = heap[parent] as Instance;
      if (above.score <= instance.score) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = instance;
  }

  #down(): void {
    const heap = this.#heap;
    const instance = heap[0] as Instance;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Instance).score < (heap[child] as Instance).score) child++;
      const below = heap[child] as Instance;
      if (below.score >= instance.score) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = instance;
  }
}

/** What pool processes do (core/keep-score.ts). */
class ByWorth extends ByScore {
  add(instance: Instance, nowMs: number): void {
    instance.keep = new KeepScore(instance.startMs, instance.mb * 2 ** 20);
    instance.keep.used(nowMs);
    this.push(instance);
  }

  used(instance: Instance, nowMs: number): void {
    instance.keep?.used(nowMs);
  }

  protected scoreOf({ keep }: Instance): number {
    return keep?.value ?? 0;
  }
}

/** GreedyDual-Size (P. Cao and S. Irani, USITS 1997): cost through size, on top of what the last one that went had. */
class GreedyDualSize extends ByScore {
  #level = 0;

  add(instance: Instance): void {
    this.used(instance);
    this.push(instance);
  }

  used(instance: Instance): void {
    instance.greedy = this.#level + instance.startMs / instance.mb;
  }

  override take(): Instance | undefined {
    const instance = super.take();
    if (instance) this.#level = instance.greedy;
    return instance;
  }

  protected scoreOf({ greedy }: Instance): number {
    return greedy;
  }
}

export const leastRecentlyUsed: NamedEviction = { name: "LRU", make: () => new LeastRecentlyUsed() };
export const greedyDualSize: NamedEviction = { name: "GreedyDual-Size", make: () => new GreedyDualSize() };
export const byWorth: NamedEviction = { name: "by worth (ships)", make: () => new ByWorth() };
