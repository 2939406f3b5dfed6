import { readFileSync, writeFileSync } from "node:fs";
import { reasonFor } from "./reasons.ts";
import type { TestReport } from "./test-module.ts";

/** What a test is known to do: how many subtests it has, and the names of those that do not pass, by why. */
interface Expectation {
  readonly subtests: number;
  readonly failing?: Readonly<Record<string, readonly string[]>>;
  /** Why the file does not come to its end. */
  readonly ends?: string;
}

export type Expectations = Readonly<Record<string, Expectation>>;

const file = new URL("./expectations.json", import.meta.url);

export function readExpectations(): Expectations {
  return JSON.parse(readFileSync(file, "utf8")) as Expectations;
}

/** What differs from the expectations of a test, a line each; those that pass now among them. */
export function differences(id: string, report: TestReport, expected: Expectation | undefined): string[] {
  const known = new Set(Object.values(expected?.failing ?? {}).flat());
  const failing = failingNames(report);
  const lines = failing.filter((name) => !known.has(name)).map((name) => `${id}: "${name}" fails`);
  const passing = new Set(report.subtests.filter(({ status }) => status === "pass").map(({ name }) => name));
  for (const name of known) if (passing.has(name)) lines.push(`${id}: "${name}" passes now`);
  if (report.subtests.length < (expected?.subtests ?? 0)) {
    lines.push(`${id}: ${report.subtests.length} subtests instead of ${expected?.subtests}: ${report.error}`);
  }
  if (report.error !== undefined && expected?.ends === undefined) lines.push(`${id}: ${report.error}`);
  return lines;
}

/**
 * Takes what was seen for what is expected from now on.
 * @returns those that fail without a reason in reasons.ts.
 */
export function writeExpectations(reports: ReadonlyMap<string, TestReport>): string[] {
  const unexplained: string[] = [];
  const expectations: Record<string, Expectation> = { ...readExpectations() };
  for (const [id, report] of reports) {
    const failing: Record<string, string[]> = {};
    const reasonOf = (name: string): string => {
      const reason = reasonFor(id, name);
      if (reason === undefined) unexplained.push(`${id}: ${name}`);
      return reason ?? "not explained yet";
    };
    for (const name of failingNames(report)) {
      const reason = reasonOf(name);
      failing[reason] = [...(failing[reason] ?? []), name];
    }
    const ends = report.error === undefined ? undefined : reasonOf("");
    expectations[id] = {
      subtests: report.subtests.length,
      ...(Object.keys(failing).length > 0 && { failing }),
      ...(ends !== undefined && { ends }),
    };
  }
  const sorted = Object.fromEntries(Object.entries(expectations).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 1)}\n`);
  return unexplained;
}

function failingNames({ subtests }: TestReport): string[] {
  return subtests.flatMap(({ name, status }) => (status === "pass" ? [] : [name]));
}
