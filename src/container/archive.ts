import { createReadStream } from "node:fs";
import { Readable } from "node:stream";

/** What an image is made of. */
export interface ArchiveEntry {
  /** Absolute path in the image. */
  readonly path: string;
  readonly mode: number;
  /** Nothing: it is a directory. */
  readonly content: { readonly file: string; readonly bytes: number; readonly modifiedMs: number } | null;
}

const blockBytes = 512;

/**
 * A tar archive (POSIX ustar) of these entries, in their order. Files keep the time of their last change: by
 * that Python knows whether what it has compiled still holds.
 */
export function archiveOf(entries: readonly ArchiveEntry[]): Readable {
  return Readable.from(blocks(entries), { objectMode: false });
}

async function* blocks(entries: readonly ArchiveEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield headerOf(entry);
    const { content } = entry;
    if (content === null) continue;
    let written = 0;
    for await (const chunk of createReadStream(content.file)) {
      written += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (written !== content.bytes) throw new Error(`${content.file} changed while it was read`);
    yield Buffer.alloc(-written & (blockBytes - 1));
  }
  yield Buffer.alloc(2 * blockBytes);
}

function headerOf({ path, mode, content }: ArchiveEntry): Buffer {
  const header = Buffer.alloc(blockBytes);
  const directory = content === null;
  const { prefix, name } = splitPath(path.slice(1) + (directory ? "/" : ""));
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  header.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content?.bytes ?? 0, 124, 12);
  octal(Math.floor((content?.modifiedMs ?? 0) / 1_000), 136, 12);
  header.write(directory ? "5" : "0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345);
  // The sum is taken with spaces in its own place.
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** A name has 100 bytes, and 155 more for the folders before one of its slashes. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100 && name !== "") return { prefix, name };
  }
  throw new Error(`the path ${path} is too long for an archive`);
}
