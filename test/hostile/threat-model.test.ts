import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attackGroups, readAttacks } from "./attack-files.ts";
import { attacksOnFronts, isolationModes, oneOfEachWay } from "./modes.ts";

const document = new URL("../../docs/threat-model.md", import.meta.url);
const lines = readFileSync(document, "utf8").split("\n");
const rows = lines.flatMap((line) => /^\|.*\]\((\.\.\/test\/hostile\/attacks\/[^)]+\.ts)\) \|$/.exec(line)?.[1] ?? []);

const attacks = (await Promise.all(attackGroups().map(readAttacks))).flat();

test("every row of the crash matrix names an attack that there is", () => {
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(existsSync(new URL(row, document)), row).toBe(true);
});

test("every attack that may end a process has a row", () => {
  const fatal = attacks.filter(({ attack }) => attack.severity === "process");
  const missing = fatal.filter(({ group, name }) => !rows.some((row) => row.endsWith(`/${group}/${name}.ts`)));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test("what may end a process is tried in every isolation mode: all of it by hand, and each way with each run of the tests", () => {
  const keyOf = ({ group, name }: (typeof attacks)[number]) => `${group}/${name}`;
  const fatal = attacks.filter(({ attack }) => attack.severity === "process");
  const byHand = attacks.filter((named) => fatal.includes(named) || oneOfEachWay.has(keyOf(named)));
  const inTheSuite = fatal.filter((named) => oneOfEachWay.has(keyOf(named)));
  expect(inTheSuite.length).toBeGreaterThanOrEqual(5);
  for (const [tried, all] of [
    [byHand, true],
    [inTheSuite, false],
  ] as const) {
    for (const mode of isolationModes(all)) {
      for (const named of tried) expect(mode.meets(named), `${keyOf(named)} in ${mode.name}`).toBe(true);
    }
  }
});

test("there are many attacks, one a file", () => {
  expect(new Set(attacks.map(({ attack }) => attack.title)).size).toBe(attacks.length);
  expect(attacks.length).toBeGreaterThanOrEqual(80);
});

test("rows of other tables of attacks name tests that there are", () => {
  const tables = lines.flatMap((line, at) => (/^\| attack \|.*\| tests \|$/.test(line) ? [at + 2] : []));
  expect(tables).toHaveLength(2);
  for (const start of tables) {
    for (let at = start; lines[at]?.startsWith("|"); at++) {
      const row = lines[at] ?? "";
      const named = [...(row.split(" | ").at(-1) ?? "").matchAll(/\]\((\.\.\/test\/[^)]+\.test\.ts)\)/g)];
      expect(named.length, row).toBeGreaterThan(0);
      for (const [, path = ""] of named) expect(existsSync(new URL(path, document)), row).toBe(true);
    }
  }
});

test("every group is run", () => {
  const folder = new URL(".", import.meta.url);
  const tests = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  const run = tests
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .filter((source) => source.includes('runAttacks(["shared"]'))
    .join("");
  for (const group of attackGroups()) expect(run).toContain(`"${group}"`);
});

test("what fronts meet are attacks that there are", () => {
  const known = new Set(attacks.map(({ group, name }) => `${group}/${name}`));
  for (const key of [...attacksOnFronts, ...oneOfEachWay]) expect(known).toContain(key);
});
