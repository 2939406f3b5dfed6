import { LRUCache } from "lru-cache";
import type { TenantIsolate } from "../isolate/tenant-isolate.ts";

/**
 * For what an isolate takes beside its V8 heap. A guess on the safe side: with it, 200 hello isolates
 * count 3.4 MB each, where the process grew by 2.1 MB each (bench scenario `density`).
 */
const overheadBytes = 700 * 1024;
/** Past some 2,000 isolates V8 runs out of address space and aborts the process. */
const maxIsolates = 500;
const measureEveryMs = 1_000;

/**
 * The loaded isolates of one pool process, by version, least recently used first. When they take
 * more memory than they may, idle ones go, never one with a request in flight.
 */
export class WarmIsolates {
  readonly #limitBytes: number;
  // Eviction is ours, since lru-cache cannot skip a busy entry; its bound is never reached.
  readonly #isolates = new LRUCache<string, TenantIsolate>({ max: maxIsolates * 4 });
  readonly #bytes = new Map<TenantIsolate, number>();
  readonly #unmeasured = new Set<TenantIsolate>();
  readonly #measuring: NodeJS.Timeout;
  #totalBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#measuring = setInterval(() => this.#measure(), measureEveryMs).unref();
  }

  get size(): number {
    return this.#isolates.size;
  }

  get bytes(): number {
    return this.#totalBytes;
  }

  /** The isolate of a version, now the most recently used. */
  get(key: string): TenantIsolate | undefined {
    return this.#isolates.get(key);
  }

  add(isolate: TenantIsolate): void {
    this.#isolates.set(isolate.key, isolate);
    this.#weigh(isolate);
    this.#evict();
  }

  /** It has run: its size may have changed. */
  touched(isolate: TenantIsolate): void {
    this.#unmeasured.add(isolate);
  }

  remove(isolate: TenantIsolate): void {
    if (this.#isolates.peek(isolate.key) === isolate) this.#isolates.delete(isolate.key);
    this.#totalBytes -= this.#bytes.get(isolate) ?? 0;
    this.#bytes.delete(isolate);
    this.#unmeasured.delete(isolate);
  }

  close(): void {
    clearInterval(this.#measuring);
    for (const isolate of [...this.#isolates.values()]) isolate.kill("shutdown");
  }

  #measure(): void {
    const unmeasured = [...this.#unmeasured];
    for (const isolate of unmeasured) isolate.measureHeap(() => this.#weigh(isolate));
    // After that: measuring is an entry, too.
    this.#unmeasured.clear();
    this.#evict();
  }

  #weigh(isolate: TenantIsolate): void {
    const bytes = isolate.heapBytes + overheadBytes;
    this.#totalBytes += bytes - (this.#bytes.get(isolate) ?? 0);
    this.#bytes.set(isolate, bytes);
  }

  #evict(): void {
    if (this.#totalBytes <= this.#limitBytes && this.#isolates.size <= maxIsolates) return;
    for (const key of [...this.#isolates.rkeys()]) {
      if (this.#totalBytes <= this.#limitBytes && this.#isolates.size <= maxIsolates) return;
      const isolate = this.#isolates.peek(key);
      // Its death comes back to `remove`.
      if (isolate && !isolate.busy) isolate.kill("evicted");
    }
  }
}
