/**
 * The note that a pool process leaves outside itself about the version it last entered, so that
 * the right one is blamed when the process dies: a fixed-size record at the start of a file that
 * the supervisor opened. Two bytes of length (little-endian), then the isolate key in ASCII.
 */

/** File descriptor of the record's file in a pool process: after stdio (0 to 2) and the IPC channel (3). */
export const blameFd = 4;

/** Size of the record, so that one write replaces it whole. */
export const blameBytes = 256;

const longestKey = blameBytes - 2;
const printable = /^[\x21-\x7e]+$/;

/**
 * The record for an isolate key, or for none.
 *
 * @throws RangeError when the key does not fit or is not plain ASCII.
 */
export function encodeBlame(key: string | null): Uint8Array {
  const record = new Uint8Array(blameBytes);
  if (key === null) return record;
  if (key.length > longestKey || !printable.test(key)) throw new RangeError(`not an isolate key: ${key}`);
  new DataView(record.buffer).setUint16(0, key.length, true);
  new TextEncoder().encodeInto(key, record.subarray(2));
  return record;
}

/** The key in a record. Null when there is none, and for anything malformed: a dying process wrote it. */
export function decodeBlame(record: Uint8Array): string | null {
  if (record.length < blameBytes) return null;
  const length = new DataView(record.buffer, record.byteOffset, record.byteLength).getUint16(0, true);
  if (length === 0 || length > longestKey) return null;
  const key = Buffer.from(record.subarray(2, 2 + length)).toString("latin1");
  return printable.test(key) ? key : null;
}
