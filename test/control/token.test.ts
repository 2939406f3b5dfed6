import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadToken, readToken, sameToken, tokenPath } from "../../src/control/token.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "islet-token-")), "data");
});

afterEach(() => rm(join(dataDir, ".."), { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test("is made once, hard to guess and for its owner's eyes only", async () => {
  await expect(readToken(dataDir)).rejects.toThrow("ENOENT");
  const token = await loadToken(dataDir);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await loadToken(dataDir)).toBe(token);
  expect(await readToken(dataDir)).toBe(token);
  expect(await modeOf(tokenPath(dataDir))).toBe(0o600);
});

test("has its rights narrowed, and is not empty", async () => {
  await loadToken(dataDir);
  await chmod(tokenPath(dataDir), 0o644);
  await loadToken(dataDir);
  expect(await modeOf(tokenPath(dataDir))).toBe(0o600);
  await writeFile(tokenPath(dataDir), "\n");
  await expect(loadToken(dataDir)).rejects.toThrow("is empty");
});

test("is compared whole", () => {
  expect(sameToken("abc", "abc")).toBe(true);
  for (const other of ["abd", "ab", "abcd", "", "ABC"]) expect(sameToken("abc", other)).toBe(false);
});
