/** Characters of HTML's syntax, as bytes; every encoding that is rewritten has them as ASCII has. */

export const exclamation = 0x21;
export const quote = 0x22;
export const apostrophe = 0x27;
export const dash = 0x2d;
export const slash = 0x2f;
export const less = 0x3c;
export const equals = 0x3d;
export const greater = 0x3e;
export const question = 0x3f;
export const bracket = 0x5d;

const { fromCharCode } = String;
/** Characters of a name that is remembered. */
const longestKept = 32;

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d || byte === 0x0c;
}

/** What ends the name of a tag. */
export function endsName(byte: number): boolean {
  return isSpace(byte) || byte === slash || byte === greater;
}

export function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Whether there are these characters, which are lower-case ASCII, in either case. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Names of tags and attributes that came lately: the same few come again and again. */
const lately: string[] = new Array<string>(64).fill("");

/** ASCII in lower case; undefined if there are other characters. */
export function lowerAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  const place = ((bytes[start] as number) * 5 + (bytes[end - 1] as number) * 3 + (end - start)) & 63;
  const known = lately[place] as string;
  if (known.length === end - start && hasText(bytes, start, known)) return known;
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f) return undefined;
    text += fromCharCode(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
  }
  if (text.length <= longestKept) lately[place] = text;
  return text;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
