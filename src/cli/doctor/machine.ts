import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Config } from "../../config.ts";
import { type Finding, fail, ok } from "./finding.ts";

const run = promisify(execFile);
const wantedNode = 24;
const loadMs = 30_000;

/** In a process of its own: native code that does not fit can end it. */
const loadIsolatedVm = `
const { Isolate } = require("isolated-vm");
const isolate = new Isolate({ memoryLimit: 8 });
console.log(isolate.createContextSync().evalSync("6 * 7"));
isolate.dispose();`;

export function nodeVersion(): Finding {
  const { node } = process.versions;
  if (Number(node.split(".")[0]) >= wantedNode) return ok("node", `Node ${node}`);
  return fail("node", `Node ${node} is too old`, `run npm ci, which brings Node ${wantedNode} along, or install it`);
}

export async function isolatedVm(): Promise<Finding> {
  const check = "isolated-vm";
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  try {
    await run(process.execPath, ["--eval", loadIsolatedVm], { cwd, timeout: loadMs });
    return ok(check, "loads and runs code");
  } catch (error) {
    const line = /^\w*Error: .*/m.exec((error as { stderr?: string }).stderr ?? "")?.[0] ?? (error as Error).message;
    const remedy = "run npm ci with this machine's Node, on Linux x64 or arm64 with glibc";
    return fail(check, `does not load: ${line}`, remedy);
  }
}

export async function dataDirectory({ dataDir }: Config): Promise<Finding> {
  const check = "data directory";
  try {
    const found = await nearest(dataDir);
    if (!(await stat(found)).isDirectory()) throw new Error(`${found} is no directory`);
    await access(found, constants.W_OK | constants.X_OK);
    return ok(check, found === dataDir ? `${dataDir} can be written to` : `${dataDir} can be made`);
  } catch (error) {
    const message = `${dataDir} cannot be written to: ${(error as Error).message}`;
    return fail(check, message, "give it to the user that Islet runs as, or set dataDir");
  }
}

/** The folder itself, or the nearest above it that there is. */
async function nearest(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    return nearest(dirname(path));
  }
}
