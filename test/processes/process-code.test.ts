import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { frontCode, supervisorCode } from "../../src/processes/process-code.ts";

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-code-"));
  cache = join(folder, "cache");
  vi.stubEnv("NODE_COMPILE_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("a front's code is one file that stays, and is made anew when it is not as it was", async () => {
  const entry = await frontCode();
  const code = await readFile(entry, "utf8");
  expect(code).toContain("this server is shutting down");
  expect(await frontCode()).toBe(entry);
  await writeFile(entry, code.slice(0, 1000));
  expect(await frontCode()).toBe(entry);
  expect(await readFile(entry, "utf8")).toBe(code);
  expect(await readdir(cache)).toHaveLength(2);
});

test("where nothing can be kept the sources are run", async () => {
  await writeFile(cache, "a file where the folder should be");
  expect(await frontCode()).toMatch(/front\.ts$/);
  expect(await supervisorCode()).toBe(null);
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  expect(await frontCode()).toMatch(/front\.ts$/);
});
