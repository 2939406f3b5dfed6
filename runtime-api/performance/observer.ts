import { DOMException } from "../dom-exception.ts";
import { queueMicrotask } from "../timers.ts";
import { defineInterface, requireArguments, toDictionary, toDomString } from "../webidl.ts";
import type { PerformanceEntry } from "./entries.ts";
import { allEntries, type EntryListener, listen, selectEntries, unlisten } from "./timeline.ts";

const { apply } = Reflect;
const trusted = Symbol("trusted");
const supported = Object.freeze(["mark", "measure"]);
/** What is not taken in time is lost, the oldest first. */
const maxWaiting = 1_000;

export class PerformanceObserverEntryList {
  readonly #entries: readonly PerformanceEntry[];

  constructor(from: unknown, entries: readonly PerformanceEntry[]) {
    if (from !== trusted) throw new TypeError("Illegal constructor");
    this.#entries = entries;
  }

  getEntries(): PerformanceEntry[] {
    return selectEntries(this.#entries, undefined, undefined);
  }

  getEntriesByName(name: string, type: string | undefined = undefined): PerformanceEntry[] {
    const entries = this.#entries;
    requireArguments(arguments.length, 1, "getEntriesByName");
    return selectEntries(entries, toDomString(name), type === undefined ? undefined : toDomString(type));
  }

  getEntriesByType(type: string): PerformanceEntry[] {
    const entries = this.#entries;
    requireArguments(arguments.length, 1, "getEntriesByType");
    return selectEntries(entries, undefined, toDomString(type));
  }
}
defineInterface(PerformanceObserverEntryList, "PerformanceObserverEntryList");
Object.defineProperty(PerformanceObserverEntryList, "length", { value: 0, configurable: true });

interface ObserveOptions {
  readonly entryTypes?: Iterable<string>;
  readonly type?: string;
  readonly buffered?: boolean;
}

type Callback = (
  entries: PerformanceObserverEntryList,
  observer: PerformanceObserver,
  options: { droppedEntriesCount: number },
) => void;

export class PerformanceObserver {
  readonly #callback: Callback;
  /** How observe() was called first: the two ways do not mix. */
  #way: "list" | "types" | undefined;
  readonly #types = new Set<string>();
  #waiting: PerformanceEntry[] = [];
  #dropped = 0;
  #isQueued = false;
  readonly #listener: EntryListener = { entryAdded: (entry) => this.#take(entry) };

  constructor(callback: Callback) {
    requireArguments(arguments.length, 1, "PerformanceObserver");
    if (typeof callback !== "function") throw new TypeError("PerformanceObserver: a function is required");
    this.#callback = callback;
  }

  static get supportedEntryTypes(): readonly string[] {
    return supported;
  }

  /** Throws a TypeError for options that do not go together, and an InvalidModificationError for another way than before. */
  observe(options: ObserveOptions | undefined = undefined): void {
    void this.#way;
    const { buffered, entryTypes, type } = toDictionary(options, "PerformanceObserver.observe");
    if (entryTypes === undefined && type === undefined) {
      throw new TypeError("PerformanceObserver.observe: entryTypes or type is required");
    }
    if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
      throw new TypeError("PerformanceObserver.observe: entryTypes goes with no other option");
    }
    const way = type === undefined ? "list" : "types";
    this.#way ??= way;
    if (this.#way !== way) {
      throw new DOMException(
        "PerformanceObserver.observe: it observes by the other of entryTypes and type already",
        "InvalidModificationError",
      );
    }
    const wanted = type === undefined ? [...(entryTypes ?? [])].map(toDomString) : [toDomString(type)];
    const known = wanted.filter((name) => supported.includes(name));
    if (known.length === 0) return;
    if (way === "list") this.#types.clear();
    for (const name of known) this.#types.add(name);
    listen(this.#listener);
    if (way === "types" && buffered) for (const entry of allEntries()) if (entry.entryType === type) this.#take(entry);
  }

  disconnect(): void {
    unlisten(this.#listener);
    this.#types.clear();
    this.#waiting = [];
    this.#way = undefined;
  }

  takeRecords(): PerformanceEntry[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  #take(entry: PerformanceEntry): void {
    if (!this.#types.has(entry.entryType)) return;
    this.#waiting.push(entry);
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#dropped++;
    }
    if (this.#isQueued) return;
    this.#isQueued = true;
    // After the code that runs now: there is no task here that does not belong to a request.
    queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    this.#isQueued = false;
    const entries = this.takeRecords();
    if (entries.length === 0) return;
    const list = new PerformanceObserverEntryList(trusted, entries);
    apply(this.#callback, this, [list, this, { droppedEntriesCount: this.#dropped }]);
    this.#dropped = 0;
  }
}
defineInterface(PerformanceObserver, "PerformanceObserver");
