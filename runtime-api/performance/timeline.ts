import type { EntryType, PerformanceEntry } from "./entries.ts";

/** The oldest entries go first: an isolate lives for longer than one request. */
const maxEntries = 1_000;

/** Who is told of new entries. */
export interface EntryListener {
  entryAdded(entry: PerformanceEntry): void;
}

const listeners = new Set<EntryListener>();
let entries: PerformanceEntry[] = [];

export function listen(listener: EntryListener): void {
  listeners.add(listener);
}

export function unlisten(listener: EntryListener): void {
  listeners.delete(listener);
}

export function addEntry(entry: PerformanceEntry): void {
  entries.push(entry);
  if (entries.length > maxEntries) entries.shift();
  for (const listener of listeners) listener.entryAdded(entry);
}

/** All that are kept, in order of arrival. */
export function allEntries(): readonly PerformanceEntry[] {
  return entries;
}

/** Those of one name, or all. */
export function clearEntries(type: EntryType, name: string | undefined): void {
  entries = entries.filter((it) => it.entryType !== type || (name !== undefined && it.name !== name));
}

/** When the latest mark of that name was set. */
export function latestMark(name: string): number | undefined {
  return entries.findLast((it) => it.entryType === "mark" && it.name === name)?.startTime;
}

/** In order of time. */
export function selectEntries(
  from: readonly PerformanceEntry[],
  name: string | undefined,
  type: string | undefined,
): PerformanceEntry[] {
  return from
    .filter((it) => (name === undefined || it.name === name) && (type === undefined || it.entryType === type))
    .sort((a, b) => a.startTime - b.startTime);
}
