import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attackGroups, readAttacks } from "./attack-files.ts";
import { attacksOnFronts, oneOfEachWay } from "./modes.ts";

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
