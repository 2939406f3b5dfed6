import type { Dirent } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { dockerIgnore } from "./docker-ignore.ts";

const compress = promisify(gzip);
/** They are for the build itself, whatever is left out of its context. */
const always = new Set(["Dockerfile", "islet.json"]);

export async function hasDockerfile(folder: string): Promise<boolean> {
  return (await readdir(folder)).includes("Dockerfile");
}

/** A folder with a Dockerfile as its build would get it: all but .git and what .dockerignore says, as a gzipped tar. */
export async function archiveOfFolder(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const rules = entries.some((one) => one.name === ".dockerignore" && one.parentPath === folder)
    ? await readFile(join(folder, ".dockerignore"), "utf8")
    : "";
  const isLeftOut = dockerIgnore(`${rules}\n.git`);
  const found = entries.map((entry) => ({
    entry,
    name: join(entry.parentPath, entry.name).slice(join(folder, "/").length),
  }));
  const kept = found.filter(({ name }) => always.has(name) || !isLeftOut(name));
  const packed = await Promise.all(kept.map(({ entry, name }) => entryOf(entry, name)));
  const tar = await packTar(packed.filter((entry) => entry !== null));
  return new Uint8Array(await compress(tar));
}

/** Null for what no archive holds: sockets and the like. */
async function entryOf(entry: Dirent, name: string): Promise<TarEntry | null> {
  const path = join(entry.parentPath, entry.name);
  if (entry.isDirectory()) return { header: { name: `${name}/`, type: "directory", size: 0 } };
  if (entry.isSymbolicLink()) return { header: { name, type: "symlink", linkname: await readlink(path), size: 0 } };
  if (!entry.isFile()) return null;
  const [{ mode }, body] = await Promise.all([stat(path), readFile(path)]);
  return { header: { name, type: "file", mode: mode & 0o777, size: body.length }, body: new Uint8Array(body) };
}
