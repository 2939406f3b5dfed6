import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { environmentName, flagName, settings } from "../../src/settings.ts";

const root = new URL("../../", import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, root), "utf8");
const readme = textOf("README.md");

test("has a table of all settings that is the same as the code's", () => {
  const rows = settings.map((setting) => {
    const names = [setting.key, environmentName(setting), flagName(setting)].map((name) => `\`${name}\``);
    return `| ${[...names, setting.help.replaceAll("<", "\\<")].join(" | ")} |`;
  });
  const [, table = ""] = /^## Configuration$.*?((?:^\|[^\n]*\n)+)/ms.exec(readme) ?? [];
  expect(table.trimEnd().split("\n").slice(2)).toEqual(rows);
});

test("has two commands, and CI runs the second", () => {
  const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]);
  expect(commands).toEqual(["npm ci && npm start\n", "npm ci && npm test\n"]);
  expect(textOf(".ci/run").trimEnd().split("\n").at(-1)).toBe("npm ci && npm test");
});

const documents = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/errors.md", "samples/README.md"];

test.each(documents)("%s links only to files that are there", (document) => {
  const targets = [...textOf(document).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? "");
  const missing = targets.filter((target) => !existsSync(new URL(target, new URL(document, root))));
  expect(missing).toEqual([]);
});
