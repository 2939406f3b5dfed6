import host from "islet:node";
import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import { deflateSync as deflateRawAll, Gunzip, gzipSync as gzipAll, Inflate, Unzlib, zlibSync } from "fflate";
import { bytesOf } from "./bytes-of.ts";
import { CheckedGunzip } from "./checked-gunzip.ts";
import { crc32Of } from "./crc32.ts";
import { absent, nodeError, wrongType } from "./node-error.ts";

type Format = Parameters<typeof host.codec>[0];
type Done = (error: unknown, value?: Buffer) => void;

interface Options {
  readonly level?: number;
  readonly params?: Readonly<Record<number, number>>;
  /** Bytes of output, of functions that give it as one. */
  readonly maxOutputLength?: number;
  readonly finishFlush?: number;
}

/** Bytes that the host takes at once. */
const stepBytes = 64 * 1024;
const brotliQuality = 1;
const zstdLevel = 100;
/** The host's level of a decompressor that leaves those bytes out, as Node's do. */
const behindTheEndIsNoError = 0;
const nothing = new Uint8Array(0);

function levelOf(format: Format, { level, params }: Options): number {
  const asked = format === "brotli" ? params?.[brotliQuality] : format === "zstd" ? params?.[zstdLevel] : level;
  if (asked === undefined || asked === -1) return -1;
  const isDeflate = format !== "brotli" && format !== "zstd";
  if (!Number.isInteger(asked) || asked < 0 || (isDeflate && asked > 9)) {
    throw nodeError(RangeError, "ERR_OUT_OF_RANGE", `The value of "options.level" is out of range. Received ${asked}`);
  }
  return Math.min(asked, format === "brotli" ? 6 : 9);
}

const endsEarly = /unexpected (?:end|EOF)/;

function failed(error: unknown): Error {
  const { message, code } = error as Error & { code?: unknown };
  if (typeof code === "string") return error as Error;
  if (endsEarly.test(message))
    return Object.assign(new Error("unexpected end of file"), { errno: -5, code: "Z_BUF_ERROR" });
  return Object.assign(new Error(message), { errno: -3, code: "Z_DATA_ERROR" });
}

/** With it what was packed may end early. */
const syncFlush = 2;

/** Pieces of output, which are to be no more than was asked for. */
class Pieces {
  readonly #most: number;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor({ maxOutputLength = Number.POSITIVE_INFINITY }: Options) {
    this.#most = maxOutputLength;
  }

  /** Throws ERR_BUFFER_TOO_LARGE. */
  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#most) {
      const message = `Cannot create a Buffer larger than ${this.#most} bytes`;
      throw nodeError(RangeError, "ERR_BUFFER_TOO_LARGE", message);
    }
    this.#pieces.push(piece);
  }

  whole(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** Bytes through a compressor of the host's, piece by piece. */
class Coder {
  readonly #codec: ReturnType<typeof host.codec>;
  readonly #mayEndEarly: boolean;

  constructor(format: Format, compress: boolean, options: Options) {
    this.#codec = host.codec(format, compress, compress ? levelOf(format, options) : behindTheEndIsNoError);
    this.#mayEndEarly = options.finishFlush === syncFlush;
  }

  /** Gives all output of a piece of input, or with null of its end. */
  async feed(input: Uint8Array | null, output: (bytes: Uint8Array) => void): Promise<void> {
    for (let at = 0; at < (input?.length ?? 1); at += stepBytes) {
      let { bytes, more } = await this.#codec.step(input?.subarray(at, at + stepBytes) ?? null);
      for (;;) {
        if (bytes.length > 0) output(bytes);
        if (!more) break;
        ({ bytes, more } = await this.#codec.step(undefined));
      }
    }
  }

  async end(output: (bytes: Uint8Array) => void): Promise<void> {
    try {
      await this.feed(null, output);
    } catch (error) {
      if (!this.#mayEndEarly || !endsEarly.test((error as Error).message)) throw error;
    }
  }

  close(): void {
    this.#codec.close();
  }
}

type FormatOf = (bytes: Uint8Array) => Format;

class Zlib extends Transform {
  /** From the first bytes on, which may say what format they are of. */
  #coder: Coder | undefined;
  readonly #begin: (bytes: Uint8Array) => Coder;
  bytesWritten = 0;

  constructor(formatOf: FormatOf, compress: boolean, options: Options = {}) {
    super(options as object);
    if (compress) levelOf(formatOf(nothing), options);
    this.#begin = (bytes) => new Coder(formatOf(bytes), compress, options);
  }

  #finish(work: Promise<void>, done: (error?: Error | null) => void): void {
    work.then(
      () => done(),
      (error: unknown) => done(failed(error)),
    );
  }

  readonly #output = (bytes: Uint8Array): void => void this.push(Buffer.from(bytes));

  override _transform(chunk: unknown, encoding: string, done: (error?: Error | null) => void): void {
    const bytes = bytesOf(chunk, encoding, "chunk");
    this.bytesWritten += bytes.length;
    this.#coder ??= this.#begin(bytes);
    this.#finish(this.#coder.feed(bytes, this.#output), done);
  }

  override _flush(done: (error?: Error | null) => void): void {
    this.#coder ??= this.#begin(nothing);
    this.#finish(this.#coder.end(this.#output), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#coder?.close();
    done(error);
  }

  close(done?: () => void): void {
    if (done) this.once("close", done);
    this.destroy();
  }
}

function creating(formatOf: FormatOf, compress: boolean) {
  return (options?: Options): Zlib => new Zlib(formatOf, compress, options);
}

function atOnce(formatOf: FormatOf, compress: boolean) {
  return (data: unknown, ...rest: unknown[]): void => {
    const done = rest.pop() as Done;
    if (typeof done !== "function") throw wrongType("callback", "function", done);
    const bytes = bytesOf(data, undefined, "buffer");
    const options = (rest[0] ?? {}) as Options;
    const coder = new Coder(formatOf(bytes), compress, options);
    const pieces = new Pieces(options);
    const add = (piece: Uint8Array): void => pieces.add(piece);
    coder
      .feed(bytes, add)
      .then(() => coder.end(add))
      .then(
        () => done(null, pieces.whole()),
        (error: unknown) => {
          coder.close();
          done(failed(error));
        },
      );
  };
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const gzipFormat = (): Format => "gzip";
const deflateFormat = (): Format => "deflate";
const rawFormat = (): Format => "deflate-raw";
const brotliFormat = (): Format => "brotli";
const zstdFormat = (): Format => "zstd";
const packedFormat = (bytes: Uint8Array): Format => (isGzip(bytes) ? "gzip" : "deflate");

export const createGzip = creating(gzipFormat, true);
export const createGunzip = creating(gzipFormat, false);
export const createDeflate = creating(deflateFormat, true);
export const createInflate = creating(deflateFormat, false);
export const createDeflateRaw = creating(rawFormat, true);
export const createInflateRaw = creating(rawFormat, false);
export const createUnzip = creating(packedFormat, false);
export const createBrotliCompress = creating(brotliFormat, true);
export const createBrotliDecompress = creating(brotliFormat, false);
export const createZstdCompress = creating(zstdFormat, true);
export const createZstdDecompress = creating(zstdFormat, false);

export const gzip = atOnce(gzipFormat, true);
export const gunzip = atOnce(gzipFormat, false);
export const deflate = atOnce(deflateFormat, true);
export const inflate = atOnce(deflateFormat, false);
export const deflateRaw = atOnce(rawFormat, true);
export const inflateRaw = atOnce(rawFormat, false);
export const unzip = atOnce(packedFormat, false);
export const brotliCompress = atOnce(brotliFormat, true);
export const brotliDecompress = atOnce(brotliFormat, false);
export const zstdCompress = atOnce(zstdFormat, true);
export const zstdDecompress = atOnce(zstdFormat, false);

/* In JavaScript, in the entry's own time and memory: the host's thread waits for nobody. */

function packingHere(all: (data: Uint8Array, options?: { level?: never }) => Uint8Array) {
  return (data: unknown, options: Options = {}): Buffer => {
    const bytes = bytesOf(data, undefined, "buffer");
    const level = levelOf("gzip", options);
    const pieces = new Pieces(options);
    pieces.add(all(bytes, level < 0 ? {} : { level: level as never }));
    return pieces.whole();
  };
}

type Expander = new (ondata: (piece: Uint8Array) => void) => { push(bytes: Uint8Array, isLast: boolean): void };

/** Piece by piece, for what is packed may say that it is larger than all memory. */
function expandingHere(expanderOf: (bytes: Uint8Array, mayEndEarly: boolean) => Expander) {
  return (data: unknown, options: Options = {}): Buffer => {
    const bytes = bytesOf(data, undefined, "buffer");
    const pieces = new Pieces(options);
    const mayEndEarly = options.finishFlush === syncFlush;
    const expander = new (expanderOf(bytes, mayEndEarly))((piece) => pieces.add(piece));
    try {
      if (bytes.length === 0) throw new Error("unexpected end of file");
      for (let at = 0; at < bytes.length; at += stepBytes) {
        expander.push(bytes.subarray(at, at + stepBytes), at + stepBytes >= bytes.length);
      }
    } catch (error) {
      if (!mayEndEarly || !endsEarly.test((error as Error).message)) throw failed(error);
    }
    return pieces.whole();
  };
}

/** What may end early may lack what is to be checked. */
const gunzipOf = (mayEndEarly: boolean): Expander => (mayEndEarly ? Gunzip : CheckedGunzip);

export const gzipSync = packingHere(gzipAll);
export const gunzipSync = expandingHere((_, mayEndEarly) => gunzipOf(mayEndEarly));
export const deflateSync = packingHere(zlibSync);
export const inflateSync = expandingHere(() => Unzlib);
export const deflateRawSync = packingHere(deflateRawAll);
export const inflateRawSync = expandingHere(() => Inflate);
export const unzipSync = expandingHere((bytes, mayEndEarly) => (isGzip(bytes) ? gunzipOf(mayEndEarly) : Unzlib));
const asynchronously = "use the function without Sync";
export const brotliCompressSync = absent("zlib.brotliCompressSync", asynchronously);
export const brotliDecompressSync = absent("zlib.brotliDecompressSync", asynchronously);
export const zstdCompressSync = absent("zlib.zstdCompressSync", asynchronously);
export const zstdDecompressSync = absent("zlib.zstdDecompressSync", asynchronously);

export function crc32(data: unknown, value = 0): number {
  return crc32Of(bytesOf(data, undefined), value);
}

export const constants = {
  ...{ Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5 },
  ...{ Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_BUF_ERROR: -5 },
  ...{ Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1 },
  ...{ Z_DEFAULT_STRATEGY: 0, Z_DEFAULT_WINDOWBITS: 15, Z_DEFAULT_MEMLEVEL: 8, Z_DEFAULT_CHUNK: 16_384 },
  ...{ BROTLI_OPERATION_PROCESS: 0, BROTLI_OPERATION_FLUSH: 1, BROTLI_OPERATION_FINISH: 2 },
  ...{ BROTLI_PARAM_MODE: 0, BROTLI_PARAM_QUALITY: brotliQuality, BROTLI_PARAM_LGWIN: 2, BROTLI_PARAM_SIZE_HINT: 5 },
  ...{ ZSTD_c_compressionLevel: zstdLevel },
};

export default {
  ...{ constants, crc32, createGzip, createGunzip, createDeflate, createInflate, createDeflateRaw, createInflateRaw },
  ...{ createBrotliCompress, createBrotliDecompress, createZstdCompress, createZstdDecompress, createUnzip },
  ...{ gzip, gunzip, deflate, inflate, deflateRaw, inflateRaw, unzip, brotliCompress, brotliDecompress },
  ...{ zstdCompress, zstdDecompress, gzipSync, gunzipSync, deflateSync, inflateSync, deflateRawSync },
  ...{ inflateRawSync, unzipSync, brotliCompressSync, brotliDecompressSync, zstdCompressSync, zstdDecompressSync },
};
