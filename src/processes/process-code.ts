import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import { keptBuild, keptFile } from "../core/kept-build.ts";

/**
 * The code of each kind of process, with its packages, in one file. That loads in half the time of 500 files, even
 * if their types were stripped and they were compiled before. docs/decisions/0040-one-file-for-each-process.md
 */

const { resolve } = createRequire(import.meta.url);
/** Packages with native code and programs of their own, which stay where they were installed. */
const isolatedVm = resolve("isolated-vm");
const esbuild = resolve("esbuild");

/** The code of pool processes, in a file of its own. */
export interface PoolCode {
  /** The file that a pool process starts with. */
  readonly entry: string;
  /** All that it has to read. */
  readonly readable: readonly string[];
}

/** Puts the code of pool processes in `folder`, so that they need to read nothing else of Islet. */
export async function buildPoolCode(folder: string): Promise<PoolCode> {
  const entry = join(folder, "pool.cjs");
  await writeFile(entry, await keptBuild(optionsFor("pool")));
  const loader = resolve("node-gyp-build", { paths: [isolatedVm] });
  return { entry, readable: [entry, dirname(isolatedVm), dirname(loader)] };
}

/** Puts the code of parsers in a file, for the same reason. */
export async function buildParserCode(entry: string): Promise<void> {
  await writeFile(entry, await keptBuild(optionsFor("parser")));
}

/** The file that a front starts with. */
export async function frontCode(): Promise<string> {
  return (await keptFile("front", optionsFor("front"))) ?? rootFile("front");
}

/** The file with the supervisor's code; null where nothing can be kept. */
export function supervisorCode(): Promise<string | null> {
  return keptFile("supervisor", optionsFor("supervisor"));
}

type Root = "supervisor" | "front" | "pool" | "parser";

function rootFile(root: Root): string {
  return fileURLToPath(new URL(`./${root}.ts`, import.meta.url));
}

function optionsFor(root: Root): BuildOptions {
  return {
    entryPoints: [rootFile(root)],
    platform: "node",
    // Some packages call require(), which modules have not.
    format: "cjs",
    target: "node24",
    define: { "import.meta.url": whereItWas },
    plugins: [placed, ownSource],
  };
}

const placed: Plugin = {
  name: "stay-where-installed",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^isolated-vm$/ }, () => ({ path: isolatedVm, external: true }));
    onResolve({ filter: /^esbuild$/ }, () => ({ path: esbuild, external: true }));
  },
};

const whereItWas = "islet_module_url";

/** Modules that find files beside them go on doing so. */
const ownSource: Plugin = {
  name: "own-source",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!source.includes("import.meta.url")) return undefined;
      return { contents: `const ${whereItWas} = ${JSON.stringify(pathToFileURL(path).href)};${source}`, loader: "ts" };
    });
  },
};
