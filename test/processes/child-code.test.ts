import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildFrontCode } from "../../src/processes/child-code.ts";

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-code-"));
  cache = join(folder, "cache");
});
afterEach(() => rm(folder, { recursive: true }));

test("a front's code stays in the cache, as one file that is always whole", async () => {
  const entry = await buildFrontCode(cache, folder);
  const code = await readFile(entry, "utf8");
  expect(code).toContain("this server is shutting down");
  await writeFile(entry, code.slice(0, 1000));
  expect(await buildFrontCode(cache, folder)).toBe(entry);
  expect(await readFile(entry, "utf8")).toBe(code);
  expect(await readdir(cache)).toHaveLength(1);
});

test("where there can be no cache it is in the folder of this run", async () => {
  await writeFile(cache, "a file where the folder should be");
  const entry = await buildFrontCode(cache, folder);
  expect(dirname(entry)).toBe(folder);
  expect((await readFile(entry, "utf8")).length).toBeGreaterThan(0);
});
