/**
 * How many bytes at the end of a chunk may be the beginning of a character that the next chunk
 * completes. By the canonical name of the encoding.
 */
export function incompleteTail(encoding: string, bytes: Uint8Array): number {
  if (encoding === "utf-8") return utf8Tail(bytes);
  if (encoding === "utf-16le") return utf16Tail(bytes, 1);
  if (encoding === "utf-16be") return utf16Tail(bytes, 0);
  if (encoding === "iso-2022-jp") return escapedTail(bytes);
  const sizeAt = multiByteSizes[encoding];
  return sizeAt ? multiByteTail(bytes, sizeAt) : 0;
}

type SizeAt = (bytes: Uint8Array, at: number) => number;

const isWithin = (byte: number | undefined, from: number, to: number) =>
  byte !== undefined && byte >= from && byte <= to;
/** Of encodings whose characters past ASCII are pairs. */
const pairs: SizeAt = (bytes, at) => (isWithin(bytes[at], 0x81, 0xfe) ? 2 : 1);
const pairsOrFours: SizeAt = (bytes, at) => {
  if (!isWithin(bytes[at], 0x81, 0xfe)) return 1;
  if (!isWithin(bytes[at + 1], 0x30, 0x39)) return 2;
  const isOver = at + 3 >= bytes.length;
  return isOver || (isWithin(bytes[at + 2], 0x81, 0xfe) && isWithin(bytes[at + 3], 0x30, 0x39)) ? 4 : 1;
};

/** How many bytes the character takes, or what stands in its place. By the Encoding Standard's decoders. */
const multiByteSizes: Readonly<Record<string, SizeAt>> = {
  __proto__: null as never,
  big5: pairs,
  "euc-kr": pairs,
  gbk: pairsOrFours,
  gb18030: pairsOrFours,
  shift_jis: (bytes, at) => (isWithin(bytes[at], 0x81, 0x9f) || isWithin(bytes[at], 0xe0, 0xfc) ? 2 : 1),
  "euc-jp"(bytes, at) {
    const first = bytes[at];
    if (first === 0x8f) return at + 1 >= bytes.length || isWithin(bytes[at + 1], 0xa1, 0xfe) ? 3 : 2;
    return first === 0x8e || isWithin(first, 0xa1, 0xfe) ? 2 : 1;
  },
};

function utf8Tail(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf5 || byte < 0xc2 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (back >= size) return 0;
    return back === 1 || mayFollow(byte, bytes[length - back + 1] as number) ? back : 0;
  }
  return 0;
}

/** Some first bytes allow less than all of 80 to BF as the second. */
function mayFollow(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second <= 0x9f;
  if (first === 0xf0) return second >= 0x90;
  if (first === 0xf4) return second <= 0x8f;
  return true;
}

function utf16Tail(bytes: Uint8Array, highByteAt: 0 | 1): number {
  const odd = bytes.length % 2;
  const lastUnit = bytes.length - odd - 2;
  if (lastUnit < 0) return odd;
  const highByte = bytes[lastUnit + highByteAt] as number;
  return highByte >= 0xd8 && highByte <= 0xdb ? odd + 2 : odd;
}

function multiByteTail(bytes: Uint8Array, sizeAt: SizeAt): number {
  const { length } = bytes;
  // None of these encodings has a byte below 30 in the middle of a character, so it is known where one begins.
  let at = length;
  while (at > 0 && (bytes[at - 1] as number) >= 0x30) at--;
  while (at < length) {
    const next = at + sizeAt(bytes, at);
    if (next > length) return length - at;
    at = next;
  }
  return 0;
}

const escapeByte = 0x1b;

/** From where other characters than ASCII were switched to, since decoding must begin there; or a switch that is cut. */
function escapedTail(bytes: Uint8Array): number {
  const { length } = bytes;
  let from = -1;
  for (let at = bytes.indexOf(escapeByte); at >= 0; at = bytes.indexOf(escapeByte, at + 1)) {
    const kind = bytes[at + 1];
    const set = bytes[at + 2];
    const isOpen = kind === undefined || ((kind === 0x24 || kind === 0x28) && set === undefined);
    if (isOpen) return length - (from < 0 ? at : from);
    if (kind === 0x28 && set === 0x42) from = -1;
    else if ((kind === 0x28 && (set === 0x49 || set === 0x4a)) || (kind === 0x24 && (set === 0x40 || set === 0x42))) {
      if (from < 0) from = at;
    }
  }
  return from < 0 ? 0 : length - from;
}
