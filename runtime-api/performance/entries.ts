import { monotonicMs } from "../clock.ts";
import { structuredClone } from "../structured-clone.ts";
import { defineInterface, requireArguments, toDictionary, toDomString, toDouble } from "../webidl.ts";

/** Only this folder makes entries that are not marks. */
const trusted = Symbol("trusted");

export type EntryType = "mark" | "measure";

export class PerformanceEntry {
  readonly #name: string;
  readonly #entryType: EntryType;
  readonly #startTime: number;
  readonly #duration: number;

  constructor(from: unknown, name: string, entryType: EntryType, startTime: number, duration: number) {
    if (from !== trusted) throw new TypeError("Illegal constructor");
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }

  get name(): string {
    return this.#name;
  }

  get entryType(): EntryType {
    return this.#entryType;
  }

  /** Milliseconds since `performance.timeOrigin`. */
  get startTime(): number {
    return this.#startTime;
  }

  /** Milliseconds. */
  get duration(): number {
    return this.#duration;
  }

  toJSON(): object {
    return {
      name: this.#name,
      entryType: this.#entryType,
      startTime: this.#startTime,
      duration: this.#duration,
    };
  }
}
defineInterface(PerformanceEntry, "PerformanceEntry", ["name", "entryType", "startTime", "duration"]);
Object.defineProperty(PerformanceEntry, "length", { value: 0, configurable: true });

export interface PerformanceMarkOptions {
  readonly startTime?: number;
  readonly detail?: unknown;
}

const shown = ["name", "entryType", "startTime", "duration", "detail"];

export class PerformanceMark extends PerformanceEntry {
  readonly #detail: unknown;

  /** Throws a TypeError for a time that is not one, and a DataCloneError for details that cannot be copied. */
  constructor(name: string, options: PerformanceMarkOptions | undefined = undefined) {
    requireArguments(arguments.length, 1, "PerformanceMark");
    const text = toDomString(name);
    const { detail, startTime } = toDictionary(options, "PerformanceMark");
    const start = startTime === undefined ? monotonicMs() : toDouble(startTime, "PerformanceMark: startTime");
    if (start < 0) throw new TypeError("PerformanceMark: startTime must not be negative");
    super(trusted, text, "mark", start, 0);
    this.#detail = copyOf(detail);
  }

  get detail(): unknown {
    return this.#detail;
  }
}
defineInterface(PerformanceMark, "PerformanceMark", shown);

export class PerformanceMeasure extends PerformanceEntry {
  readonly #detail: unknown;

  constructor(from: unknown, name: string, start: number, duration: number, detail: unknown) {
    super(from, name, "measure", start, duration);
    this.#detail = copyOf(detail);
  }

  get detail(): unknown {
    return this.#detail;
  }
}
defineInterface(PerformanceMeasure, "PerformanceMeasure", shown);
Object.defineProperty(PerformanceMeasure, "length", { value: 0, configurable: true });

/** Throws a DataCloneError. */
export function newMeasure(name: string, start: number, end: number, detail: unknown): PerformanceMeasure {
  return new PerformanceMeasure(trusted, name, start, end - start, detail);
}

function copyOf(detail: unknown): unknown {
  return detail === undefined || detail === null ? null : structuredClone(detail);
}
