import { host } from "../host.ts";
import {
  type BufferSource,
  crossable,
  defineInterface,
  isBufferSource,
  requireArguments,
  toDictionary,
  toDomString,
  toUsvString,
  viewBytes,
} from "../webidl.ts";
import { incompleteTail } from "./incomplete.ts";
import { decodeShortAscii, encodeUtf8 } from "./utf8.ts";

export { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    return encodeUtf8(toDomString(input));
  }

  /** Writes whole characters only. `read` counts UTF-16 units, `written` bytes. */
  encodeInto(source: unknown, destination: Uint8Array): { read: number; written: number } {
    requireArguments(arguments.length, 2, "encodeInto");
    const text = toUsvString(source);
    if (!(destination instanceof Uint8Array)) throw new TypeError("encodeInto: a Uint8Array is required");
    let [read, written] = [0, 0];
    while (read < text.length) {
      const code = text.codePointAt(read) as number;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > destination.length) break;
      if (size === 1) destination[written] = code;
      else {
        for (let i = size - 1, rest = code; i > 0; i--, rest >>= 6) destination[written + i] = 0x80 | (rest & 0x3f);
        destination[written] = ((0xf00 >> size) & 0xff) | (code >> (6 * (size - 1)));
      }
      written += size;
      read += size === 4 ? 2 : 1;
    }
    return { read, written };
  }
}
defineInterface(TextEncoder, "TextEncoder", ["encoding"]);

export interface TextDecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

const noBytes = new Uint8Array(0);

export class TextDecoder {
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  /** Bytes of a character that the next chunk may complete. */
  #pending: Uint8Array = noBytes;
  /** The stream has begun, so that a byte order mark is no longer one. */
  #begun = false;

  constructor(label: unknown = "utf-8", options?: TextDecoderOptions) {
    const name = toDomString(label);
    const encoding = name === "utf-8" ? name : host.encodingName(name);
    if (encoding === undefined || encoding === "replacement") throw new RangeError(`Unknown encoding: ${name}`);
    const { fatal, ignoreBOM } = toDictionary(options, "TextDecoder");
    this.#encoding = encoding;
    this.#fatal = Boolean(fatal);
    this.#ignoreBom = Boolean(ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: BufferSource, options?: { stream?: boolean }): string {
    if (input !== undefined && !isBufferSource(input)) {
      throw new TypeError("decode: an ArrayBuffer or a view of one is required");
    }
    const stream = Boolean(toDictionary(options, "decode").stream);
    const chunk = input === undefined ? noBytes : viewBytes(input);
    const bytes = this.#pending.length > 0 ? concatenate(this.#pending, chunk) : chunk;
    const tail = stream ? incompleteTail(this.#encoding, bytes) : 0;
    const text = this.#decode(tail > 0 ? bytes.subarray(0, bytes.length - tail) : bytes);
    this.#pending = tail > 0 ? bytes.slice(bytes.length - tail) : noBytes;
    if (!stream) this.#begun = false;
    return text;
  }

  #decode(bytes: Uint8Array): string {
    if (bytes.length === 0) return "";
    const keepBom = this.#ignoreBom || this.#begun;
    this.#begun = true;
    const short = this.#encoding === "utf-8" ? decodeShortAscii(bytes) : undefined;
    const text = short ?? host.decode(this.#encoding, this.#fatal, keepBom, crossable(bytes));
    if (text !== undefined) return text;
    this.#pending = noBytes;
    this.#begun = false;
    throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
  }
}
defineInterface(TextDecoder, "TextDecoder", ["encoding", "fatal", "ignoreBOM"]);

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
