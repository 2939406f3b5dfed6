import { readFileSync, writeFileSync } from "node:fs";
import type { TestReport } from "./test-module.ts";

/** Of each test how many subtests passed, and how many there were. */
export type Counts = Readonly<Record<string, readonly [passed: number, reported: number]>>;

export interface RuntimeResult {
  readonly version: string;
  readonly tests: Counts;
}

/** The last results of each runtime, which the conformance table is made of. */
export type Results = Readonly<Record<string, RuntimeResult>>;

const file = new URL("./results.json", import.meta.url);

export function readResults(): Results {
  return JSON.parse(readFileSync(file, "utf8")) as Results;
}

/** Tests that were not run now keep their last result. */
export function writeResults(name: string, version: string, reports: ReadonlyMap<string, TestReport>): Results {
  const results = readResults();
  const counted = [...reports].map(([id, report]) => [id, counts(report)] as const);
  const tests = { ...results[name]?.tests, ...Object.fromEntries(counted) };
  const sorted = Object.fromEntries(Object.entries(tests).sort(([a], [b]) => (a < b ? -1 : 1)));
  const next: Results = { ...results, [name]: { version, tests: sorted } };
  writeFileSync(file, `${JSON.stringify(next).replaceAll(/("[^"]+":\[\d+,\d+\],?)/g, "\n$1")}\n`);
  return next;
}

export function counts({ subtests }: TestReport): readonly [number, number] {
  return [subtests.filter(({ status }) => status === "pass").length, subtests.length];
}
