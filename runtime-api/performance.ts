import { epochMs, monotonicMs } from "./clock.ts";
import { defineInterface, requireArguments, toDictionary, toDomString } from "./webidl.ts";

const timeOrigin = epochMs() - monotonicMs();
/** The oldest entries go first: an isolate lives for longer than one request. */
const maxEntries = 1_000;

export class PerformanceEntry {
  readonly #name: string;
  readonly #entryType: string;
  readonly #startTime: number;
  readonly #duration: number;
  readonly #detail: unknown;

  constructor(name: string, entryType: string, startTime: number, duration: number, detail: unknown) {
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
    this.#detail = detail;
  }

  get name(): string {
    return this.#name;
  }

  get entryType(): string {
    return this.#entryType;
  }

  get startTime(): number {
    return this.#startTime;
  }

  get duration(): number {
    return this.#duration;
  }

  get detail(): unknown {
    return this.#detail;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}
defineInterface(PerformanceEntry, "PerformanceEntry", ["name", "entryType", "startTime", "duration", "detail"]);

interface MarkOptions {
  startTime?: number;
  detail?: unknown;
}

interface MeasureOptions {
  start?: string | number;
  end?: string | number;
  duration?: number;
  detail?: unknown;
}

export class Performance {
  #entries: PerformanceEntry[] = [];

  /** Milliseconds since `timeOrigin`. */
  now(): number {
    return monotonicMs();
  }

  get timeOrigin(): number {
    return timeOrigin;
  }

  mark(name: unknown, options?: MarkOptions): PerformanceEntry {
    requireArguments(arguments.length, 1, "mark");
    const { startTime = monotonicMs(), detail = null } = toDictionary(options, "mark");
    if (startTime < 0) throw new TypeError("mark: startTime is negative");
    return this.#add(new PerformanceEntry(toDomString(name), "mark", startTime, 0, detail));
  }

  measure(name: unknown, startOrOptions?: string | MeasureOptions, endMark?: string): PerformanceEntry {
    requireArguments(arguments.length, 1, "measure");
    const given: MeasureOptions = typeof startOrOptions === "object" ? startOrOptions : {};
    const from = typeof startOrOptions === "string" ? startOrOptions : given.start;
    const { duration, detail = null } = given;
    let end = this.#time(endMark ?? given.end);
    if (end === undefined)
      end = duration !== undefined && from !== undefined ? (this.#time(from) ?? 0) + duration : monotonicMs();
    const start = this.#time(from) ?? (duration === undefined ? 0 : end - duration);
    return this.#add(new PerformanceEntry(toDomString(name), "measure", start, end - start, detail));
  }

  getEntries(): PerformanceEntry[] {
    return this.#entries.toSorted((a, b) => a.startTime - b.startTime);
  }

  getEntriesByName(name: unknown, type?: unknown): PerformanceEntry[] {
    return this.getEntries().filter((it) => it.name === name && (type === undefined || it.entryType === type));
  }

  getEntriesByType(type: unknown): PerformanceEntry[] {
    return this.getEntries().filter((it) => it.entryType === type);
  }

  clearMarks(name?: unknown): void {
    this.#clear("mark", name);
  }

  clearMeasures(name?: unknown): void {
    this.#clear("measure", name);
  }

  toJSON(): object {
    return { timeOrigin };
  }

  #add(entry: PerformanceEntry): PerformanceEntry {
    this.#entries.push(entry);
    if (this.#entries.length > maxEntries) this.#entries.shift();
    return entry;
  }

  #clear(type: string, name: unknown): void {
    this.#entries = this.#entries.filter((it) => it.entryType !== type || (name !== undefined && it.name !== name));
  }

  #time(mark: string | number | undefined): number | undefined {
    if (mark === undefined || typeof mark === "number") return mark;
    const entry = this.#entries.findLast((it) => it.name === mark && it.entryType === "mark");
    if (entry) return entry.startTime;
    const { DOMException } = require("./dom-exception.ts") as typeof import("./dom-exception.ts");
    throw new DOMException(`measure: there is no mark ${mark}`, "SyntaxError");
  }
}
defineInterface(Performance, "Performance", ["timeOrigin"]);

export const performance = new Performance();
