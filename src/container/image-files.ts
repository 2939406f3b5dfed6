import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ArchiveEntry } from "./archive.ts";

const run = promisify(execFile);

/** Directories that a container has things mounted on: its root is read-only, so they must be there. */
const mountPoints = ["/tmp", "/islet/function", "/islet/runner", "/islet/node", "/run/islet"];

/**
 * The shared libraries of programs and of libraries, as the dynamic linker of this machine finds them. One
 * that is not found is left out: what needs it fails here too.
 */
export async function librariesOf(files: readonly string[]): Promise<string[]> {
  const { stdout } = await run("ldd", [...files]);
  // "libz.so.1 => /lib/libz.so.1 (0x…)", and for the linker itself "/lib64/ld-linux-x86-64.so.2 (0x…)".
  const found = [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap((match) => match[1] ?? []);
  return [...new Set(found)];
}

/** All files below a folder but those in folders of these names. */
export async function filesBelow(folder: string, without: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter(({ name }) => !without.has(name))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path, without) : [path];
    });
  return (await Promise.all(found)).flat();
}

/** Says which files these are, as long as none of them changes, and what else an image of them has. */
export async function nameOf(files: ReadonlyMap<string, string>): Promise<string> {
  const lines = (await describeAll(files)).map(({ line }) => line);
  lines.push(...mountPoints.map((path) => `${path} ${modeOf(path)}`));
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

/** An image's content: files of this machine by the paths that they have in the image, links followed, and all folders. */
export async function entriesOf(files: ReadonlyMap<string, string>): Promise<ArchiveEntry[]> {
  const described = await describeAll(files);
  const folders = new Set(mountPoints.flatMap((path) => [...foldersAbove(path), path]));
  for (const { entry } of described) for (const folder of foldersAbove(entry.path)) folders.add(folder);
  return [
    ...[...folders].toSorted().map((path): ArchiveEntry => ({ path, mode: modeOf(path), content: null })),
    ...described.map(({ entry }) => entry),
  ];
}

/** What is mounted at a folder gets the folder's mode, and whoever runs there may write to /tmp. */
function modeOf(folder: string): number {
  return folder === "/tmp" ? 0o1777 : 0o755;
}

function describeAll(files: ReadonlyMap<string, string>): Promise<{ entry: ArchiveEntry; line: string }[]> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(sorted.map(([path, from]) => describe(path, from)));
}

async function describe(path: string, from: string): Promise<{ entry: ArchiveEntry; line: string }> {
  const file = await realpath(from);
  const { size: bytes, mode, mtimeMs: modifiedMs } = await stat(file);
  // Whoever runs in the container is nobody's owner and in no group there.
  const readable = (mode & 0o100) !== 0 ? 0o755 : 0o644;
  return {
    entry: { path, mode: readable, content: { file, bytes, modifiedMs } },
    line: `${path} ${bytes} ${modifiedMs}`,
  };
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === "/" ? [] : [...foldersAbove(folder), folder];
}
