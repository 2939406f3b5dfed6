import { writeFileSync } from "node:fs";
import { type Area, areas } from "./areas.ts";
import type { Results } from "./results.ts";

const file = new URL("../../docs/conformance.md", import.meta.url);

interface AreaCount {
  readonly subtests: number;
  /** By runtime; undefined for one that was not asked. */
  readonly passed: ReadonlyMap<string, number | undefined>;
}

/** Writes docs/conformance.md. */
export function writeConformance(results: Results): void {
  writeFileSync(file, `${before}${conformanceTable(results)}\n${after}`);
}

/** A row for each area, a column for each runtime: what share passed of the most subtests that any of them reported. */
export function conformanceTable(results: Results): string {
  const names = Object.keys(results);
  const heads = names.map((name) => `${name} ${results[name]?.version}`);
  const counted = areas
    .map((area) => ({ name: area.name, ...countArea(results, area) }))
    .filter(({ subtests }) => subtests > 0);
  const all: AreaCount & { name: string } = {
    name: "**all**",
    subtests: sum(counted.map(({ subtests }) => subtests)),
    passed: new Map(names.map((name) => [name, total(counted.map(({ passed }) => passed.get(name)))])),
  };
  const rows = [...counted, all].map(
    ({ name, subtests, passed }) =>
      `| ${[name, subtests.toLocaleString("en-US"), ...names.map((of) => share(passed.get(of), subtests))].join(" | ")} |`,
  );
  const rule = `|---|---:|${"---:|".repeat(names.length)}`;
  return [`| area | subtests | ${heads.join(" | ")} |`, rule, ...rows].join("\n");
}

function countArea(results: Results, area: Area): AreaCount {
  const ids = new Set(Object.values(results).flatMap(({ tests }) => Object.keys(tests)));
  const passed = new Map<string, number>();
  let subtests = 0;
  for (const id of ids) {
    if (!isIn(area, id)) continue;
    let most = 0;
    for (const [name, { tests }] of Object.entries(results)) {
      if (!tests[id]) continue;
      const [good, reported] = tests[id];
      passed.set(name, (passed.get(name) ?? 0) + good);
      most = Math.max(most, reported);
    }
    subtests += most;
  }
  return { subtests, passed };
}

function isIn({ paths, without }: Area, id: string): boolean {
  return paths.some((path) => id.startsWith(`${path}/`)) && !without?.test(id);
}

function share(passed: number | undefined, of: number): string {
  if (passed === undefined) return "–";
  return `${(Math.floor((1000 * passed) / of) / 10).toFixed(1)} %`;
}

function total(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length < numbers.length ? undefined : sum(known);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const before = `# Conformance

What a function finds in its global scope is held to the [Web Platform Tests](https://web-platform-tests.org): \`npm run wpt\` runs
the \`.any.js\` files of a checkout (\`WPT_DIR\`), each as a module worker that is deployed and asked once, and compares
with what is known to fail, \`test/wpt/expectations.json\`. This page is written by \`npm run wpt -- --update\`.

A figure is the share of subtests that passed, of the most that any of these runtimes reported for each file; what a runtime
does not get to counts as failed; "–" is for what it was not asked. idlharness and shadow realms are left out. A test's scripts are evaluated as one classic
script; relative URLs are resolved against the tests' own server, which is written anew for these tests and has one origin.

`;

const after = `
Why what fails does is in \`test/wpt/reasons.ts\`, a line for each kind.
`;
