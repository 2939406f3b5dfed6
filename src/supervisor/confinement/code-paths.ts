import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");

/** The files and directories that Islet's code and its packages are in: all that a pool process has to read. */
export function codePaths(): string[] {
  const own = ["package.json", "src", "runtime-api"].map((name) => join(root, name));
  const all = [...own, ...packageFolders(root)];
  return [...new Set(all.flatMap((path) => [path, realpathSync(path)]))];
}

/** Where Node looks for packages from a directory on. */
function packageFolders(from: string): string[] {
  const here = basename(from) === "node_modules" ? [] : [join(from, "node_modules")].filter(existsSync);
  const parent = dirname(from);
  return parent === from ? here : [...here, ...packageFolders(parent)];
}
