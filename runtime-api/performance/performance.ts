import { epochMs, monotonicMs } from "../clock.ts";
import { DOMException } from "../dom-exception.ts";
import { EventTarget } from "../events/event-target.ts";
import { defineInterface, requireArguments, toDictionary, toDomString, toDouble } from "../webidl.ts";
import {
  newMeasure,
  type PerformanceEntry,
  PerformanceMark,
  type PerformanceMarkOptions,
  type PerformanceMeasure,
} from "./entries.ts";
import { addEntry, allEntries, clearEntries, latestMark, selectEntries } from "./timeline.ts";

const timeOrigin = epochMs() - monotonicMs();
const trusted = Symbol("trusted");

interface MeasureOptions {
  readonly start?: string | number;
  readonly end?: string | number;
  readonly duration?: number;
  readonly detail?: unknown;
}

export class Performance extends EventTarget {
  readonly #timeOrigin = timeOrigin;

  constructor(from: unknown) {
    if (from !== trusted) throw new TypeError("Illegal constructor");
    super();
  }

  /** Milliseconds since `timeOrigin`; stands still while code runs. */
  now(): number {
    void this.#timeOrigin;
    return monotonicMs();
  }

  get timeOrigin(): number {
    return this.#timeOrigin;
  }

  mark(name: string, options: PerformanceMarkOptions | undefined = undefined): PerformanceMark {
    void this.#timeOrigin;
    requireArguments(arguments.length, 1, "performance.mark");
    const mark = new PerformanceMark(name, options);
    addEntry(mark);
    return mark;
  }

  /** Throws a SyntaxError where there is no mark of a name that is given. */
  measure(
    name: string,
    startOrOptions: string | MeasureOptions | undefined = undefined,
    endMark: string | undefined = undefined,
  ): PerformanceMeasure {
    void this.#timeOrigin;
    requireArguments(arguments.length, 1, "performance.measure");
    const text = toDomString(name);
    const isDictionary =
      startOrOptions === undefined ||
      startOrOptions === null ||
      typeof startOrOptions === "object" ||
      typeof startOrOptions === "function";
    const options: MeasureOptions = isDictionary
      ? readOptions(startOrOptions as MeasureOptions | undefined)
      : { start: toDomString(startOrOptions) };
    if (isDictionary) checkTogether(options, endMark);
    const end = endOf(options, endMark === undefined ? undefined : toDomString(endMark));
    const measure = newMeasure(text, startOf(options, end), end, options.detail);
    addEntry(measure);
    return measure;
  }

  getEntries(): PerformanceEntry[] {
    void this.#timeOrigin;
    return selectEntries(allEntries(), undefined, undefined);
  }

  getEntriesByName(name: string, type: string | undefined = undefined): PerformanceEntry[] {
    void this.#timeOrigin;
    requireArguments(arguments.length, 1, "performance.getEntriesByName");
    return selectEntries(allEntries(), toDomString(name), type === undefined ? undefined : toDomString(type));
  }

  getEntriesByType(type: string): PerformanceEntry[] {
    void this.#timeOrigin;
    requireArguments(arguments.length, 1, "performance.getEntriesByType");
    return selectEntries(allEntries(), undefined, toDomString(type));
  }

  clearMarks(name: string | undefined = undefined): void {
    void this.#timeOrigin;
    clearEntries("mark", name === undefined ? undefined : toDomString(name));
  }

  clearMeasures(name: string | undefined = undefined): void {
    void this.#timeOrigin;
    clearEntries("measure", name === undefined ? undefined : toDomString(name));
  }

  toJSON(): object {
    return { timeOrigin: this.#timeOrigin };
  }
}
defineInterface(Performance, "Performance", ["timeOrigin"]);
Object.defineProperty(Performance, "length", { value: 0, configurable: true });

/** Each member once, in the order of their names, as Web IDL reads them. */
function readOptions(given: MeasureOptions | undefined): MeasureOptions {
  const { detail, duration, end, start } = toDictionary(given, "performance.measure");
  return {
    detail,
    ...(duration !== undefined && { duration: toDouble(duration, "performance.measure: duration") }),
    ...(end !== undefined && { end: toMark(end) }),
    ...(start !== undefined && { start: toMark(start) }),
  };
}

function toMark(value: unknown): string | number {
  return typeof value === "number" ? toDouble(value, "performance.measure: a time") : toDomString(value);
}

function checkTogether({ start, end, duration, detail }: MeasureOptions, endMark: unknown): void {
  const isEmpty = start === undefined && end === undefined && duration === undefined && detail === undefined;
  if (isEmpty) return;
  if (endMark !== undefined) throw new TypeError("performance.measure: options and an end mark do not go together");
  if (start === undefined && end === undefined) throw new TypeError("performance.measure: start or end is required");
  if (start !== undefined && end !== undefined && duration !== undefined) {
    throw new TypeError("performance.measure: of start, end and duration only two go together");
  }
}

function endOf({ start, end, duration }: MeasureOptions, endMark: string | undefined): number {
  if (endMark !== undefined) return timeOf(endMark);
  if (end !== undefined) return timeOf(end);
  if (start !== undefined && duration !== undefined) return timeOf(start) + timeOf(duration);
  return monotonicMs();
}

function startOf({ start, duration }: MeasureOptions, end: number): number {
  if (start !== undefined) return timeOf(start);
  return duration === undefined ? 0 : end - timeOf(duration);
}

/** Of a mark, or a time as it is. Throws a SyntaxError where there is no such mark, and a TypeError for times below 0. */
function timeOf(mark: string | number): number {
  if (typeof mark === "number") {
    if (mark < 0) throw new TypeError("performance.measure: times must not be negative");
    return mark;
  }
  const time = latestMark(mark);
  if (time === undefined) throw new DOMException(`performance.measure: there is no mark ${mark}`, "SyntaxError");
  return time;
}

export const performance = new Performance(trusted);
