import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keptBuild } from "../../src/core/kept-build.ts";

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

async function keptFile(): Promise<string> {
  const names = await readdir(cache);
  expect(names).toHaveLength(1);
  return join(cache, names[0] ?? "");
}

test("what was built is taken as it was kept, until a file that went into it changes or goes", async () => {
  expect(await build()).toContain("first");
  const file = await keptFile();
  await writeFile(file, (await readFile(file, "utf8")).replace("first", "kept"));
  expect(await build()).toContain("kept");
  await writeFile(join(folder, "word.ts"), `export const word = "other";`);
  expect(await build()).toContain("other");
  expect(await keptFile()).toBe(file);
  await rm(join(folder, "word.ts"));
  await expect(build()).rejects.toThrow(/word\.ts/);
});

test("a kept file that is not whole is made anew", async () => {
  await build();
  const file = await keptFile();
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
