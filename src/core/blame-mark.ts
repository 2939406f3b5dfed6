/**
 * The note that a pool process leaves outside itself about the version it last entered, so that
 * the right one is blamed when the process dies: a fixed-size record at the start of a file that
 * the supervisor opened. Little-endian: two bytes of the key's length, four of the milliseconds that
 * one entry of this version may take, four that count entries (a process whose count stands still
 * is in one entry or in none), then the isolate key in ASCII.
 */

/** File descriptor of the record's file in a pool process: after stdio (0 to 2) and the IPC channel (3). */
export const blameFd = 4;

/** Size of the record, so that one write replaces it whole. */
export const blameBytes = 256;

const keyAt = 10;
const longestKey = blameBytes - keyAt;
const printable = /^[\x21-\x7e]+$/;

export interface Blame {
  /** The isolate key of the version that was entered last. */
  readonly key: string;
  readonly allowanceMs: number;
  /** Entries so far, modulo 2^32. */
  readonly entries: number;
}

/**
 * The record for an entry, or for none.
 *
 * @throws RangeError when the key does not fit or is not plain ASCII.
 */
export function encodeBlame(blame: Blame | null): Uint8Array {
  const record = new Uint8Array(blameBytes);
  if (blame === null) return record;
  const { key, allowanceMs, entries } = blame;
  if (key.length > longestKey || !printable.test(key)) throw new RangeError(`not an isolate key: ${key}`);
  const view = new DataView(record.buffer);
  view.setUint16(0, key.length, true);
  view.setUint32(2, allowanceMs, true);
  view.setUint32(6, entries, true);
  new TextEncoder().encodeInto(key, record.subarray(keyAt));
  return record;
}

/** What a record says. Null when there is none, and for anything malformed: a dying process wrote it. */
export function decodeBlame(record: Uint8Array): Blame | null {
  if (record.length < blameBytes) return null;
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const length = view.getUint16(0, true);
  if (length === 0 || length > longestKey) return null;
  const key = Buffer.from(record.subarray(keyAt, keyAt + length)).toString("latin1");
  if (!printable.test(key)) return null;
  return { key, allowanceMs: view.getUint32(2, true), entries: view.getUint32(6, true) };
}

/** Where the note of what runs on threads begins, in the same file: two bytes of length, and keys with '\n' between. */
export const threadsAt = 512;
/** More keys than are listed would be no help in finding one. */
const maxThreads = 8;
export const threadsBytes = maxThreads * 256;

/** The record of the versions that are entered on threads now; the last ones when there are too many. */
export function encodeThreads(keys: readonly string[]): Uint8Array {
  const record = Buffer.alloc(threadsBytes);
  const last = keys.slice(-maxThreads);
  record.writeUInt16LE(record.write(last.join("\n"), 2, "latin1"), 0);
  return record;
}

/** What such a record says; whatever is malformed is left out. */
export function decodeThreads(record: Uint8Array): string[] {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes.length < 2) return [];
  const keys = bytes.toString("latin1", 2, 2 + bytes.readUInt16LE(0)).split("\n");
  return [...new Set(keys)].filter((key) => key.length <= longestKey && printable.test(key));
}
