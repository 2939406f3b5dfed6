import { host } from "../host.ts";
import { crossable } from "../webidl.ts";

/** Up to this many characters or bytes, a loop here is cheaper than the way to the host. */
const shortLength = 256;

const { fromCharCode } = String;
const { apply } = Reflect;

/** Trusted: the UTF-8 bytes of a string; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const { length } = text;
  if (length > shortLength) return host.encodeUtf8(text);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return host.encodeUtf8(text);
    bytes[i] = code;
  }
  return bytes;
}

/** The text when it is short and ASCII. */
export function decodeShortAscii(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  if (length > shortLength) return undefined;
  for (let i = 0; i < length; i++) if ((bytes[i] as number) > 127) return undefined;
  return apply(fromCharCode, undefined, bytes);
}

/** Trusted: what UTF-8 bytes say, without a leading byte order mark; errors become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decodeShortAscii(bytes) ?? host.decode("utf-8", false, false, crossable(bytes)) ?? "";
}
