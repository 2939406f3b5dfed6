import type { CompressionFormat } from "../ops.ts";
import type { ReadableStream, WritableStream } from "../streams/lazy-streams.ts";
import { type BufferSource, defineInterface, requireArguments, toDomString } from "../webidl.ts";
import { codecPair } from "./codec-pair.ts";

const formats: Readonly<Record<CompressionFormat, true>> = {
  ...{ gzip: true, deflate: true, "deflate-raw": true, brotli: true, zstd: true },
};
const { hasOwn } = Object;

function toFormat(value: unknown, where: string): CompressionFormat {
  const format = toDomString(value);
  if (!hasOwn(formats, format))
    throw new TypeError(`${where}: ${JSON.stringify(format)} is not a format of compression`);
  return format as CompressionFormat;
}

/** Takes gzip, deflate and deflate-raw as the standard says, and brotli and zstd. */
export class CompressionStream {
  readonly #readable: ReadableStream<Uint8Array>;
  readonly #writable: WritableStream<BufferSource>;

  constructor(format: unknown) {
    requireArguments(arguments.length, 1, "CompressionStream");
    const pair = codecPair(toFormat(format, "CompressionStream"), true, "CompressionStream");
    this.#readable = pair.readable;
    this.#writable = pair.writable;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable;
  }

  get writable(): WritableStream<BufferSource> {
    return this.#writable;
  }
}
defineInterface(CompressionStream, "CompressionStream", ["readable", "writable"]);

/** Takes the same formats. Bad, cut off and trailing bytes break both sides with a TypeError. */
export class DecompressionStream {
  readonly #readable: ReadableStream<Uint8Array>;
  readonly #writable: WritableStream<BufferSource>;

  constructor(format: unknown) {
    requireArguments(arguments.length, 1, "DecompressionStream");
    const pair = codecPair(toFormat(format, "DecompressionStream"), false, "DecompressionStream");
    this.#readable = pair.readable;
    this.#writable = pair.writable;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable;
  }

  get writable(): WritableStream<BufferSource> {
    return this.#writable;
  }
}
defineInterface(DecompressionStream, "DecompressionStream", ["readable", "writable"]);
