import { posix } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type ParsedTarEntryWithData, packTar, type TarEntry, unpackTar } from "modern-tar";
import { IsletError } from "../core/errors.ts";
import { checkModuleName } from "./module-names.ts";

const mostEntries = 10_000;
/** As for npm's packages: a time for everything, so that the same content is the same archive. */
const noTime = new Date("1985-10-26T08:15:00Z");
const inflate = promisify(gunzip);

/** A file, folder or symbolic link of an archive, whose path has been checked. */
export type ArchiveEntry =
  | { readonly kind: "file"; readonly name: string; readonly executable: boolean; readonly bytes: Uint8Array }
  | { readonly kind: "folder"; readonly name: string }
  | { readonly kind: "link"; readonly name: string; readonly target: string };

/**
 * Reads a tar archive, compressed with gzip or not, whose files have that many bytes at most.
 * @throws IsletError invalid_upload, upload_too_large, invalid_module_name: nothing in it leads out of it.
 */
export async function readArchive(upload: Uint8Array, maxBytes: number): Promise<ArchiveEntry[]> {
  const entries = new Map<string, ArchiveEntry>();
  let left = maxBytes;
  for (const entry of await unpacked(await plain(upload, maxBytes))) {
    const name = entry.header.name.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
    if (name === "" || name === ".") continue;
    checkModuleName(name);
    const known = entries.get(name);
    if (known && !(known.kind === "folder" && entry.header.type === "directory")) {
      throw invalid(`The archive has ${JSON.stringify(name)} more than once.`);
    }
    const read = checked(name, entry, entries);
    // A hard link is a file once more, however short it is in the archive.
    if (read.kind === "file") left -= read.bytes.length;
    if (left < 0) throw tooLarge(`The archive's files have more than ${maxBytes} bytes.`);
    entries.set(name, read);
  }
  for (const name of entries.keys()) {
    for (let above = posix.dirname(name); above !== "."; above = posix.dirname(above)) {
      const found = entries.get(above);
      if (found && found.kind !== "folder") throw invalid(`The archive's ${JSON.stringify(above)} is no folder.`);
    }
  }
  return [...entries.values()];
}

/** An archive of these, the same bytes for the same content. */
export async function writeArchive(entries: readonly ArchiveEntry[]): Promise<Uint8Array> {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return packTar(
    sorted.map((entry): TarEntry => {
      const { name, kind } = entry;
      const common = { name, mtime: noTime, uid: 0, gid: 0 };
      if (kind === "folder") {
        return { header: { ...common, name: `${name}/`, type: "directory", mode: 0o755, size: 0 } };
      }
      if (kind === "link") return { header: { ...common, type: "symlink", linkname: entry.target, size: 0 } };
      const { bytes, executable } = entry;
      const mode = executable ? 0o755 : 0o644;
      return { header: { ...common, type: "file", mode, size: bytes.length }, body: bytes };
    }),
  );
}

function checked(
  name: string,
  { header, data }: ParsedTarEntryWithData,
  before: Map<string, ArchiveEntry>,
): ArchiveEntry {
  const { type = "file", mode = 0o644, linkname = "" } = header;
  switch (type) {
    case "file":
      return { kind: "file", name, executable: (mode & 0o100) !== 0, bytes: data ?? new Uint8Array() };
    case "directory":
      return { kind: "folder", name };
    case "symlink": {
      if (leadsOut(name, linkname)) {
        throw invalid(`The archive's link ${JSON.stringify(name)} leads out of it.`);
      }
      return { kind: "link", name, target: linkname };
    }
    case "link": {
      const same = before.get(linkname.replace(/^(?:\.\/)+/, ""));
      if (same?.kind !== "file")
        throw invalid(`The archive's hard link ${JSON.stringify(name)} leads to no file in it.`);
      return { ...same, name };
    }
    default:
      throw invalid(`The archive's ${JSON.stringify(name)} is a ${type}, which cannot be uploaded.`);
  }
}

/**
 * A ".." behind a name may start wherever another link leads. At the beginning it starts at the link's own folder,
 * which is no link.
 */
function leadsOut(name: string, target: string): boolean {
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const up = parts.findIndex((part) => part !== "..");
  const steps = up < 0 ? parts.length : up;
  if (target === "" || target.startsWith("/") || parts.indexOf("..", steps) >= 0) return true;
  return steps > name.split("/").length - 1;
}

async function plain(upload: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const compressed = upload[0] === 0x1f && upload[1] === 0x8b;
  if (!compressed) return upload;
  try {
    return await inflate(upload, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) {
      throw tooLarge(`The archive has more than ${maxBytes} bytes.`, error);
    }
    throw invalid("The archive cannot be read as gzip.", error);
  }
}

async function unpacked(bytes: Uint8Array): Promise<ParsedTarEntryWithData[]> {
  let count = 0;
  const tooMany = (cause?: unknown) => tooLarge(`The archive has more than ${mostEntries} entries.`, cause);
  const filter = () => {
    if (++count > mostEntries) throw tooMany();
    return true;
  };
  try {
    return await unpackTar(bytes, { strict: true, filter });
  } catch (error) {
    if (count > mostEntries) throw tooMany(error);
    throw invalid(`The archive cannot be read as tar: ${error instanceof Error ? error.message : error}`, error);
  }
}

function tooLarge(message: string, cause?: unknown): IsletError {
  return new IsletError("upload_too_large", message, { cause });
}

function invalid(message: string, cause?: unknown): IsletError {
  return new IsletError("invalid_upload", message, { cause });
}
