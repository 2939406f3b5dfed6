import { DOMException } from "./dom-exception.ts";
import { requireArguments, toDomString } from "./webidl.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const urlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Character code → its six bits; 255 for what is not in the alphabet. */
function reverse(characters: string): Uint8Array {
  const table = new Uint8Array(128).fill(255);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = i;
  return table;
}

const values = reverse(alphabet);

/** Undefined when `text` has other characters or a wrong length. No padding, no white space. */
function decode(text: string, table: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = table[text.charCodeAt(i)] ?? 255;
    if (value === 255) return undefined;
    pending = (pending << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (pending >> bits) & 255;
  }
  return bytes;
}

function encode(bytes: Uint8Array, characters: string): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const first = bytes[i] as number;
    const second = bytes[i + 1];
    text += characters.charAt(first >> 2) + characters.charAt(((first & 3) << 4) | ((second ?? 0) >> 4));
    if (second === undefined) break;
    const third = bytes[i + 2];
    text += characters.charAt(((second & 15) << 2) | ((third ?? 0) >> 6));
    if (third === undefined) break;
    text += characters.charAt(third & 63);
  }
  return text;
}

export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlAlphabet);
}

/** Undefined when `text` is not base64url without padding. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, reverse(urlAlphabet));
}

/** Throws an InvalidCharacterError for characters past U+00FF. */
export function btoa(data: unknown): string {
  requireArguments(arguments.length, 1, "btoa");
  const text = toDomString(data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) throw new DOMException("btoa: a character is outside the Latin-1 range", "InvalidCharacterError");
    bytes[i] = code;
  }
  const encoded = encode(bytes, alphabet);
  return encoded + "=".repeat((4 - (encoded.length % 4)) % 4);
}

/** Throws an InvalidCharacterError for what is not base64. White space and missing padding are allowed. */
export function atob(data: unknown): string {
  requireArguments(arguments.length, 1, "atob");
  let text = toDomString(data).replace(/[\t\n\f\r ]+/g, "");
  if (text.length % 4 === 0) text = text.replace(/={1,2}$/, "");
  const bytes = decode(text, values);
  if (!bytes) throw new DOMException("atob: the string is not correctly encoded", "InvalidCharacterError");
  let decoded = "";
  // Pieces, because a call can have only so many arguments.
  for (let i = 0; i < bytes.length; i += 8192) decoded += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return decoded;
}
