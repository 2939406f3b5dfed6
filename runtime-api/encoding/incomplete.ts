/**
 * How many bytes at the end of a chunk may be the beginning of a character that the next chunk
 * completes. By the canonical name of the encoding.
 */
export function incompleteTail(encoding: string, bytes: Uint8Array): number {
  if (encoding === "utf-8") return utf8Tail(bytes);
  if (encoding === "utf-16le") return utf16Tail(bytes, 1);
  if (encoding === "utf-16be") return utf16Tail(bytes, 0);
  if (encoding === "iso-2022-jp") return bytes.length;
  return multiByteEncodings.has(encoding) ? multiByteTail(bytes) : 0;
}

const multiByteEncodings = new Set(["gbk", "gb18030", "big5", "euc-jp", "euc-kr", "shift_jis"]);

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

/** None of these encodings has a byte below 30 in the middle of a character, so after one it is safe to cut. */
function multiByteTail(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i >= 0; i--) if ((bytes[i] as number) < 0x30) return bytes.length - 1 - i;
  return bytes.length;
}
