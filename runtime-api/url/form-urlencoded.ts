import { host } from "../host.ts";

/** application/x-www-form-urlencoded, as the URL Standard has it. */

const decodeComponent = decodeURIComponent;
const encodeComponent = encodeURIComponent;

/** `text` must have no lone surrogates. */
export function parseForm(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  if (text === "") return pairs;
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 0) pairs.push([decode(part), ""]);
    else pairs.push([decode(part.slice(0, equals)), decode(part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(part: string): string {
  const text = part.includes("+") ? part.replaceAll("+", " ") : part;
  if (!text.includes("%")) return text;
  try {
    return decodeComponent(text);
  } catch {
    // It has a percent sign that begins no escape, or bytes that are not UTF-8: both are allowed here.
    return decodeLoosely(text);
  }
}

function decodeLoosely(text: string): string {
  const bytes = host.encodeUtf8(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i] === 0x25 ? hexPair(bytes[i + 1], bytes[i + 2]) : -1;
    if (value >= 0) i += 2;
    bytes[length++] = value >= 0 ? value : (bytes[i] as number);
  }
  return host.decode("utf-8", false, true, bytes.slice(0, length)) ?? "";
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const [first, second] = [hexDigit(high), hexDigit(low)];
  return first < 0 || second < 0 ? -1 : first * 16 + second;
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** Characters that this format escapes and encodeURIComponent does not, and the space. */
const differing = /%20|[!'()~]/g;
const replacements: Readonly<Record<string, string>> = {
  "%20": "+",
  "!": "%21",
  "'": "%27",
  "(": "%28",
  ")": "%29",
  "~": "%7E",
};

function encode(text: string): string {
  return encodeComponent(text).replace(differing, (found) => replacements[found] ?? found);
}

/** The strings must have no lone surrogates. */
export function serializeForm(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}
