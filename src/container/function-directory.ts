import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Bundle } from "../core/deployment.ts";
import { IsletError } from "../core/errors.ts";
import { withEsbuild } from "../core/esbuild-service.ts";

const runners = new URL("../../runtime-api/runners/", import.meta.url);

/** What runs a function in a container: a language's own runner, or what stands before a program of any kind. */
export type Runner = "node" | "python" | "gateway" | "lambda-node" | "lambda-python";

/** What a runner is started with, beside the interpreter; `directory` is mounted at /islet/runner. */
export const runnerArguments: Record<Runner, readonly string[]> = {
  node: ["/islet/runner/main.mjs"],
  python: ["-m", "islet"],
  gateway: ["/islet/runner/main.mjs"],
  "lambda-node": ["/islet/lambda/main.mjs"],
  "lambda-python": ["-m", "islet_lambda"],
};

export function runnerOf(bundle: Bundle): Runner {
  if (bundle.program) return "gateway";
  return bundle.handler === undefined ? "node" : "python";
}

/** Puts a runner into a new directory, readable for everybody who gets there. */
export async function writeRunner(runner: Runner, directory: string): Promise<void> {
  if (runner === "python" || runner === "lambda-python") {
    // A copy: the installed files may be readable for the server's user only.
    await cp(fileURLToPath(new URL(`${runner}/`, runners)), directory, { recursive: true });
    return;
  }
  await mkdir(directory, { recursive: true });
  await withEsbuild(() =>
    build({
      entryPoints: [fileURLToPath(new URL(`${runner}/main.ts`, runners))],
      outfile: join(directory, "main.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      logLevel: "silent",
    }),
  );
}

/**
 * Writes a bundle as the runner finds it at /islet/function: its modules as files, and all else in one. So
 * variables, which may be secret, are in no description of the container.
 *
 * @param program what is to be started, if it is not for a language's own runner.
 * @throws IsletError invalid_module_name when a name is the folder of another.
 */
export async function writeFunction(bundle: Bundle, directory: string, program?: object): Promise<void> {
  const { main, handler, env, modules } = bundle;
  await mkdir(join(directory, "modules"), { recursive: true });
  for (const { name, bytes } of modules) {
    const path = join(directory, "modules", name);
    try {
      await mkdir(dirname(path), { recursive: true });
      // A program may be a file of the upload.
      await writeFile(path, bytes, { mode: bundle.program ? 0o755 : 0o644 });
    } catch (error) {
      throw isFileAndFolder(error) ? fileAndFolder(name, error) : error;
    }
  }
  const types = Object.fromEntries(modules.map(({ name, type }) => [name, type]));
  const description = program ?? { main, handler, env, types };
  await writeFile(join(directory, "function.json"), JSON.stringify(description));
}

function isFileAndFolder(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["EEXIST", "ENOTDIR", "EISDIR"].includes(String(error.code));
}

function fileAndFolder(name: string, cause: unknown): IsletError {
  const message = `The module ${JSON.stringify(name)} is a file and a folder at once.`;
  return new IsletError("invalid_module_name", message, { place: { module: name }, cause });
}
