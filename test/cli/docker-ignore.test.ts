import { expect, test } from "vitest";
import { dockerIgnore } from "../../src/cli/docker-ignore.ts";

test.each([
  ["node_modules", "node_modules/a/b.js", true],
  ["node_modules", "lib/node_modules/a.js", false],
  ["**/node_modules", "lib/node_modules/a.js", true],
  ["/dist/", "dist/a.js", true],
  ["*.md\n!README.md", "README.md", false],
  ["*.md\n!README.md", "NOTES.md", true],
  ["# a.js\n\n", "a.js", false],
  ["*\n!server.cjs", "server.js", true],
  ["*\n!server.cjs", "server.cjs", false],
])("%j: is %s left out?", (text, path, expected) => {
  expect(dockerIgnore(text)(path)).toBe(expected);
});
