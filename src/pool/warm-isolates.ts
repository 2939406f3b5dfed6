import { KeepScore } from "../core/keep-score.ts";
import type { TenantIsolate } from "../isolate/tenant-isolate.ts";

/**
 * For what an isolate takes beside its V8 heap. A guess on the safe side: with it, 200 hello isolates
 * count 3.4 MB each, where the process grew by 2.1 MB each (bench scenario `density`).
 */
const overheadBytes = 700 * 1024;
/** Past some 2,000 isolates V8 runs out of address space and aborts the process. */
const maxIsolates = 500;
const measureEveryMs = 1_000;
/** Of a load that is not over: that of a small module. */
const supposedLoadMs = 3;
/** What a load counts for at most: nobody is kept at others' expense for starting slowly. */
const mostLoadMs = 50;

/** A version has an isolate now, or has none any more. */
type WarmthWatcher = (key: string, isWarm: boolean) => void;

interface Kept {
  readonly isolate: TenantIsolate;
  readonly score: KeepScore;
  bytes: number;
}

/**
 * The loaded isolates of one pool process, by version. When they take more memory than they may, idle ones go, never one
 * with a request in flight: first those that are used rarely, take much memory, or are soon loaded again.
 */
export class WarmIsolates {
  readonly #limitBytes: number;
  readonly #kept = new Map<string, Kept>();
  readonly #watchers = new Set<WarmthWatcher>();
  readonly #unmeasured = new Set<TenantIsolate>();
  readonly #measuring: NodeJS.Timeout;
  #totalBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#measuring = setInterval(() => this.#measure(), measureEveryMs).unref();
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#totalBytes;
  }

  /** Then the rest is kept for what requests bring. */
  get isHalfFull(): boolean {
    return this.#totalBytes > this.#limitBytes / 2 || this.#kept.size > maxIsolates / 2;
  }

  /** What is known of a version's isolate, if it has one; that is no use of it. */
  look(key: string): { readonly isolate: TenantIsolate; readonly bytes: number } | undefined {
    return this.#kept.get(key);
  }

  /** The isolate of a version, for one use more. */
  get(key: string): TenantIsolate | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    kept.score.used(performance.now());
    return kept.isolate;
  }

  add(isolate: TenantIsolate): void {
    const kept = { isolate, score: new KeepScore(supposedLoadMs, overheadBytes), bytes: 0 };
    kept.score.used(performance.now());
    this.#kept.set(isolate.key, kept);
    for (const tell of this.#watchers) tell(isolate.key, true);
    this.#weigh(isolate);
    this.#evict();
  }

  /** It took so long, in milliseconds, and would again. */
  loaded(isolate: TenantIsolate, ms: number): void {
    this.#of(isolate)?.score.costs(Math.min(ms, mostLoadMs));
  }

  /** It has run: its size may have changed. */
  touched(isolate: TenantIsolate): void {
    this.#unmeasured.add(isolate);
  }

  remove(isolate: TenantIsolate): void {
    this.#unmeasured.delete(isolate);
    const kept = this.#of(isolate);
    if (!kept) return;
    this.#kept.delete(isolate.key);
    this.#totalBytes -= kept.bytes;
    for (const tell of this.#watchers) tell(isolate.key, false);
  }

  /** Tells what there is, and then what changes. @returns what ends that. */
  watch(tell: WarmthWatcher): () => void {
    this.#watchers.add(tell);
    for (const key of this.#kept.keys()) tell(key, true);
    return () => this.#watchers.delete(tell);
  }

  close(): void {
    clearInterval(this.#measuring);
    for (const { isolate } of [...this.#kept.values()]) isolate.kill("shutdown");
  }

  /** Unless another has its place by now. */
  #of(isolate: TenantIsolate): Kept | undefined {
    const kept = this.#kept.get(isolate.key);
    return kept?.isolate === isolate ? kept : undefined;
  }

  #measure(): void {
    const unmeasured = [...this.#unmeasured];
    for (const isolate of unmeasured) isolate.measureHeap(() => this.#weigh(isolate));
    // After that: measuring is an entry, too.
    this.#unmeasured.clear();
    this.#evict();
  }

  #weigh(isolate: TenantIsolate): void {
    const kept = this.#of(isolate);
    if (!kept) return;
    const bytes = isolate.heapBytes + overheadBytes;
    this.#totalBytes += bytes - kept.bytes;
    kept.bytes = bytes;
    kept.score.weighs(bytes);
  }

  /** Whether those that there are take more memory than they may, and none of them can go. */
  isCrowded(): boolean {
    this.#evict();
    return this.#tooMany;
  }

  get #tooMany(): boolean {
    return this.#totalBytes > this.#limitBytes || this.#kept.size > maxIsolates;
  }

  #evict(): void {
    if (!this.#tooMany) return;
    const byScore = [...this.#kept.values()].map(({ isolate, score }) => ({ isolate, value: score.value }));
    byScore.sort((a, b) => a.value - b.value);
    for (const { isolate } of byScore) {
      if (!this.#tooMany) return;
      // Its death comes back to `remove`.
      if (isolate.inFlight === 0) isolate.kill("evicted");
    }
  }
}
