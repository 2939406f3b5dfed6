import { expect, test } from "vitest";
import { resolveSpecifier } from "../../src/core/specifier.ts";

const names = new Set(["index.js", "lib/a.js", "lib/deep/b.mjs", "lib/data.json", "lib/a", "left-pad", "@scope/pkg"]);
const has = (name: string) => names.has(name);

test.each([
  ["./lib/a.js", "index.js", "lib/a.js"],
  ["./a.js", "lib/data.json", "lib/a.js"],
  ["../index.js", "lib/a.js", "index.js"],
  ["../../index.js", "lib/deep/b.mjs", "index.js"],
  ["./deep/../a.js", "lib/a.js", "lib/a.js"],
  ["././lib/./a.js", "index.js", "lib/a.js"],
  // The exact name goes before the name with an extension.
  ["./lib/a", "index.js", "lib/a"],
  ["./index", "index.js", "index.js"],
  ["./deep/b", "lib/a.js", "lib/deep/b.mjs"],
  ["left-pad", "lib/a.js", "left-pad"],
  ["@scope/pkg", "index.js", "@scope/pkg"],
  ["lib/a.js", "lib/deep/b.mjs", "lib/a.js"],
])("%s in %s is %s", (specifier, from, expected) => {
  expect(resolveSpecifier(specifier, from, has)).toBe(expected);
});

test.each([
  ["./missing.js", "index.js"],
  ["../index.js", "index.js"],
  ["../../index.js", "lib/a.js"],
  ["./lib/../../index.js", "index.js"],
  ["/index.js", "index.js"],
  ["./lib//a.js", "index.js"],
  ["./", "index.js"],
  [".", "index.js"],
  ["..", "lib/a.js"],
  ["index", "lib/a.js"],
  ["node:fs", "index.js"],
  ["", "index.js"],
  ["https://example.com/a.js", "index.js"],
])("%s in %s is nothing of the bundle", (specifier, from) => {
  expect(resolveSpecifier(specifier, from, has)).toBeNull();
});
