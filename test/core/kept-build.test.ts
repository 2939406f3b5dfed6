import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keptBuild, keptFile } from "../../src/core/kept-build.ts";

let folder: string;
let cache: string;
const build = () => keptBuild({ entryPoints: [join(folder, "entry.ts")], format: "esm" });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "islet-kept-"));
  cache = join(folder, "cache");
  vi.stubEnv("NODE_COMPILE_CACHE", cache);
  await writeFile(join(folder, "entry.ts"), `import { word } from "./word.ts"; console.log(word as string);`);
  await writeFile(join(folder, "word.ts"), `export const word = "first";`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function onlyFile(): Promise<string> {
  const names = await readdir(cache);
  expect(names).toHaveLength(1);
  return join(cache, names[0] ?? "");
}

test("what was built is taken as it was kept, until a file that went into it changes or goes", async () => {
  expect(await build()).toContain("first");
  const file = await onlyFile();
  await writeFile(file, (await readFile(file, "utf8")).replace("first", "kept"));
  expect(await build()).toContain("kept");
  await writeFile(join(folder, "word.ts"), `export const word = "other";`);
  expect(await build()).toContain("other");
  expect(await onlyFile()).toBe(file);
  await rm(join(folder, "word.ts"));
  await expect(build()).rejects.toThrow(/word\.ts/);
});

test("a kept file that is not whole is made anew", async () => {
  await build();
  const file = await onlyFile();
  await writeFile(file, (await readFile(file, "utf8")).slice(0, 50));
  expect(await build()).toContain("first");
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ text: expect.stringContaining("first") });
});

test("where nothing can be kept it is built each time", async () => {
  await writeFile(cache, "a file where the folder should be");
  expect(await build()).toContain("first");
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  expect(await build()).toContain("first");
});

const inFile = () => keptFile("entry", { entryPoints: [join(folder, "entry.ts")], format: "cjs" });

test("a file stays where it is, and is made anew when it is not as it was", async () => {
  const path = (await inFile()) ?? "";
  expect(path).toMatch(/cache\/entry-\w+\.cjs$/);
  const code = await readFile(path, "utf8");
  expect(code).toContain("first");
  expect(await inFile()).toBe(path);
  await writeFile(path, code.slice(0, 10));
  expect(await inFile()).toBe(path);
  expect(await readFile(path, "utf8")).toBe(code);
  await rm(path);
  expect(await inFile()).toBe(path);
  await writeFile(join(folder, "word.ts"), `export const word = "other";`);
  const other = (await inFile()) ?? "";
  expect(other).not.toBe(path);
  expect(await readFile(other, "utf8")).toContain("other");
});

test("where nothing can be kept there is no file", async () => {
  await writeFile(cache, "a file where the folder should be");
  expect(await inFile()).toBe(null);
  vi.stubEnv("NODE_COMPILE_CACHE", "");
  expect(await inFile()).toBe(null);
});
