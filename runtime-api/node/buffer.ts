import host from "islet:node";
import { atob, Buffer, btoa, constants, File, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } from "unenv/node/buffer";
import { absent, wrongType } from "./node-error.ts";

/* UTF-8 by the host, which is faster than by the language for all but short texts. */
const { encodeUtf8, decodeUtf8 } = host;
const shortText = 64;

type Text = Uint8Array & { toString(encoding?: string, start?: number, end?: number): string };
type Of<Result> = (this: unknown, ...args: unknown[]) => Result;

const hidden = { writable: true, enumerable: false, configurable: true };
const statics = Buffer as unknown as Record<"from" | "byteLength" | "isEncoding", Of<unknown>>;
const methods = Buffer.prototype as unknown as Record<"toString" | "write" | "fill", Of<unknown>>;
const { from, byteLength, isEncoding } = statics;
const { toString: toText, write, fill } = methods;

function isUtf8Name(encoding: unknown): boolean {
  return encoding === undefined || /^utf-?8$/i.test(String(encoding));
}

function isUrlSafe(encoding: unknown): boolean {
  return typeof encoding === "string" && encoding.toLowerCase() === "base64url";
}

/** What reads base64 reads its URL-safe form too, and does not know its name. */
function byOtherName(args: readonly unknown[]): unknown[] {
  return args.map((argument, index) => (index > 0 && isUrlSafe(argument) ? "base64" : argument));
}

const replacements: Record<string, Of<unknown>> = {
  from(value, encoding, length) {
    if (typeof value === "number" || value === undefined || value === null) {
      throw wrongType("first argument", "string or an instance of Buffer, ArrayBuffer, or Array", value);
    }
    if (typeof value !== "string" || value.length <= shortText || !isUtf8Name(encoding)) {
      return from.apply(Buffer, byOtherName([value, encoding, length]));
    }
    const bytes = encodeUtf8(value);
    return from.call(Buffer, bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
  byteLength: (...args) => byteLength.apply(Buffer, byOtherName(args)),
  isEncoding: (encoding?: unknown) => isUrlSafe(encoding) || isEncoding.call(Buffer, encoding),
};
for (const [name, value] of Object.entries(replacements)) Object.defineProperty(Buffer, name, { value, ...hidden });

const onPrototype: Record<string, Of<unknown>> = {
  toString(this: Text, encoding?: unknown, start: unknown = 0, end: unknown = this.length) {
    if (isUrlSafe(encoding)) {
      const text = String(toText.call(this, "base64", start, end));
      return text.replace(/[+/]/g, (character) => (character === "+" ? "-" : "_")).replace(/=+$/, "");
    }
    const first = Math.max(0, Number(start) | 0);
    const last = Math.min(this.length, Number(end) | 0);
    if (last - first <= shortText || !isUtf8Name(encoding)) return toText.call(this, encoding, start, end);
    return decodeUtf8(this.subarray(first, last));
  },
  write(...args) {
    return write.apply(this, byOtherName(args));
  },
  fill(...args) {
    return fill.apply(this, byOtherName(args));
  },
} as Record<string, Of<unknown>>;
for (const [name, value] of Object.entries(onPrototype))
  Object.defineProperty(Buffer.prototype, name, { value, ...hidden });

/* Node does not document these, but has them: parsers call them to save themselves the look at the encoding's name. */
for (const encoding of ["ascii", "base64", "base64url", "hex", "latin1", "ucs2", "utf8"]) {
  const named: Record<string, Of<unknown>> = {
    [`${encoding}Slice`](this: Text, start?: unknown, end?: unknown) {
      return this.toString(encoding, start as number, end as number);
    },
    [`${encoding}Write`](this: { write: Of<unknown> }, text: unknown, offset: unknown = 0, length?: unknown) {
      return this.write(text, offset, length, encoding);
    },
  } as Record<string, Of<unknown>>;
  for (const [name, value] of Object.entries(named))
    Object.defineProperty(Buffer.prototype, name, { value, ...hidden });
}

export const kStringMaxLength: number = 2 ** 29 - 24;
export const { Blob } = globalThis as unknown as { Blob: unknown };

function bytesOf(input: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

export function isUtf8(input: ArrayBuffer | ArrayBufferView): boolean {
  const bytes = bytesOf(input);
  const again = encodeUtf8(decodeUtf8(bytes));
  return again.length === bytes.length && again.every((byte, index) => byte === bytes[index]);
}

export function isAscii(input: ArrayBuffer | ArrayBufferView): boolean {
  return bytesOf(input).every((byte) => byte < 0x80);
}

export function transcode(source: Uint8Array, before: string, after: string): Uint8Array {
  return Buffer.from(Buffer.from(source).toString(before as "hex"), after as "hex");
}

export const resolveObjectURL = absent("buffer.resolveObjectURL", "fetch() takes blob: URLs");

const limits = { ...constants, MAX_STRING_LENGTH: kStringMaxLength };

export { atob, Buffer, btoa, File, INSPECT_MAX_BYTES, kMaxLength, limits as constants, SlowBuffer };
export default {
  ...{ atob, btoa, Blob, Buffer, constants: limits, File, INSPECT_MAX_BYTES, isAscii, isUtf8, kMaxLength },
  ...{ kStringMaxLength, resolveObjectURL, SlowBuffer, transcode },
};
