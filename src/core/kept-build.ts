import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, version } from "esbuild";
import { withEsbuild } from "./esbuild-service.ts";

/** Input paths are relative to it. */
const root = fileURLToPath(new URL("../..", import.meta.url));

interface Kept {
  readonly text: string;
  /** Of each file that went into it, what changes when it does: its size, and the time of its inode's last change. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * What esbuild makes of one entry point: as kept by an earlier start, if no file that went into it has changed since
 * and Node keeps compiled code at all (NODE_COMPILE_CACHE names the folder), else built now and kept for the next. To look
 * at its 200 files takes some 5 ms where building takes 250 ms of CPU time.
 *
 * @throws BuildFailure of esbuild.
 */
export function keptBuild(options: BuildOptions): Promise<string> {
  return kept(options, () => built(options));
}

/**
 * The same as a file of its own, for Node to start with: its path. It stays where it is from start to start, since Node's
 * compile cache goes by paths. Null where nothing can be kept.
 *
 * @throws BuildFailure of esbuild.
 */
export async function keptFile(name: string, options: BuildOptions): Promise<string | null> {
  const folder = process.env.NODE_COMPILE_CACHE;
  if (!folder) return null;
  const path = await kept({ name, folder, options }, async () => {
    const { text, inputs } = await built(options);
    // Servers of several versions may have the same folder, and each goes on starting processes of its own.
    const file = join(folder, `${name}-${hashOf(text)}.cjs`);
    // Empty is no path.
    return (await keep(file, text))
      ? { text: file, inputs: [...inputs, relative(root, file)] }
      : { text: "", inputs: [] };
  });
  return path === "" ? null : path;
}

async function built(options: BuildOptions): Promise<Made> {
  const { outputFiles, metafile } = await withEsbuild(() =>
    build({ ...options, absWorkingDir: root, bundle: true, write: false, metafile: true, logLevel: "silent" }),
  );
  const [output] = outputFiles;
  if (!output) throw new Error("esbuild gave no output");
  return { text: output.text, inputs: Object.keys(metafile.inputs) };
}

interface Made {
  readonly text: string;
  /** Paths of files that went into it, from the root of the installation. */
  readonly inputs: readonly string[];
}

/** The same for a text that `make` builds in a way of its own; what else decides it is told by `key`. */
export async function kept(key: object, make: () => Promise<Made>): Promise<string> {
  const folder = process.env.NODE_COMPILE_CACHE;
  if (!folder) return (await make()).text;
  // Functions of plugins are named only: what they do belongs to this program, whose version is that of the inputs.
  const file = join(folder, `build-${hashOf(JSON.stringify([version, root, key]))}.json`);
  const known = await read(file);
  if (known && (await unchanged(known.inputs))) return known.text;
  const { text, inputs } = await make();
  const marks = await Promise.all(inputs.map(async (input) => [input, await markOf(input)] as const));
  await keep(file, JSON.stringify({ text, inputs: Object.fromEntries(marks) } satisfies Kept));
  return text;
}

async function unchanged(inputs: Kept["inputs"]): Promise<boolean> {
  const same = Object.entries(inputs).map(async ([name, mark]) => (await markOf(name)) === mark);
  return (await Promise.all(same)).every(Boolean);
}

/** Empty for a file that is gone. */
async function markOf(name: string): Promise<string> {
  try {
    const { size, ctimeMs } = await stat(join(root, name));
    return `${size} ${ctimeMs}`;
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return "";
    throw error;
  }
}

async function read(file: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Kept;
  } catch (error) {
    if (isSystemError(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whole or not at all, since several servers may start at the same time. Whether it could be written. */
async function keep(file: string, text: string): Promise<boolean> {
  const unfinished = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, text);
    await rename(unfinished, file);
    return true;
  } catch (error) {
    // An installation that this user may not write to, or a full disk: the next start builds anew, as Node compiles anew.
    if (!isSystemError(error)) throw error;
    return false;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
