import { posix } from "node:path";
import { type ArchiveEntry, readArchive, writeArchive } from "../../src/control/archive.ts";
import { IsletError } from "../../src/core/errors.ts";
import { type Target, within } from "../target.ts";

const mostBytes = 1024 * 1024;
const mostMs = 2_000;
const mostGrowthBytes = 256 * 1024 * 1024;

/** A tar archive that somebody uploads, plain or as gzip. */
export const archive: Target = {
  name: "archive",
  dictionary: [
    ...["ustar\x0000", "ustar  \0", "../", "/etc/passwd", "./", "a/b/c", "0000644\0", "00000000000\0"],
    ...["77777777777\0", "\x80\0\0\0\0\0\0\0\0\0\0\x01", "0", "1", "2", "5", "x", "g", "L", "K", "\x1f\x8b\x08\0"],
    ...["20 path=../a\n", "19 linkpath=../\n", "22 size=99999999999\n", "Dockerfile", "islet.json"],
  ],
  start: async () => {
    const before = process.memoryUsage().rss;
    return {
      run: async (input) => {
        // Most changes break a header's sum, which is looked at first: so each input is tried with sums that hold, too.
        for (const bytes of [input, withSums(input)]) await within(mostMs, "reading it", examine(bytes));
      },
      check: async () => {
        const grown = process.memoryUsage().rss - before;
        if (grown > mostGrowthBytes) throw new Error(`memory grew by ${grown} bytes`);
      },
      close: async () => undefined,
    };
  },
};

async function examine(input: Uint8Array): Promise<void> {
  const entries = await entriesOrRefused(input);
  if (entries === undefined) return;
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.bytes.length : 0), 0);
  if (bytes > mostBytes) throw new Error(`files of ${bytes} bytes are taken`);
  const links = new Map(entries.flatMap((entry) => (entry.kind === "link" ? [[entry.name, entry.target]] : [])));
  for (const { name } of entries) if (endOf(name, links) === null) throw new Error(`${JSON.stringify(name)} leads out`);
  const again = await readArchive(await writeArchive(entries), Number.POSITIVE_INFINITY);
  if (said(again) !== said(entries)) throw new Error("what is written of it is read as something else");
}

async function entriesOrRefused(input: Uint8Array): Promise<ArchiveEntry[] | undefined> {
  try {
    return await readArchive(input, mostBytes);
  } catch (error) {
    if (!(error instanceof IsletError) || error.status >= 500) throw error;
    return undefined;
  }
}

/** Where a path leads, a step after the other as the kernel takes them. Null: out of the archive. */
function endOf(path: string, links: ReadonlyMap<string, string>): string | null {
  const left = path.split("/");
  let at = ".";
  // Links may lead in a circle, and then nowhere.
  for (let steps = 0; left.length > 0 && steps < 10_000; steps++) {
    const part = left.shift() as string;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at === ".") return null;
      at = posix.dirname(at);
      continue;
    }
    const next = posix.join(at, part);
    const target = links.get(next);
    if (target === undefined) at = next;
    else if (target.startsWith("/")) return null;
    else left.unshift(...target.split("/"));
    if (left.length > 10_000) return at;
  }
  return at;
}

function said(entries: readonly ArchiveEntry[]): string {
  const lines = entries.map((entry) =>
    JSON.stringify(entry.kind === "file" ? { ...entry, bytes: Buffer.from(entry.bytes).toString("hex") } : entry),
  );
  return lines.toSorted().join("\n");
}

/** Each block that looks like a header gets the sum that is right for it. */
function withSums(input: Uint8Array): Uint8Array {
  const bytes = Buffer.from(input);
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const header = bytes.subarray(at, at + 512);
    if (header.toString("latin1", 257, 262) !== "ustar") continue;
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  }
  return bytes;
}
