import host from "islet:node";
import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import {
  deflateSync as deflateRawAll,
  gunzipSync as gunzipAll,
  gzipSync as gzipAll,
  inflateSync as inflateRawAll,
  unzlibSync,
  zlibSync,
} from "fflate";
import { bytesOf } from "./hash.ts";
import { absent, nodeError, wrongType } from "./node-error.ts";

type Format = Parameters<typeof host.codec>[0];
type Done = (error: unknown, value?: Buffer) => void;

interface Options {
  readonly level?: number;
  readonly params?: Readonly<Record<number, number>>;
}

/** Bytes that the host takes at once. */
const stepBytes = 64 * 1024;
const brotliQuality = 1;
const zstdLevel = 100;

function levelOf(format: Format, { level, params }: Options): number {
  const asked = format === "brotli" ? params?.[brotliQuality] : format === "zstd" ? params?.[zstdLevel] : level;
  if (asked === undefined || asked === -1) return -1;
  if (!Number.isInteger(asked) || asked < 0) {
    throw nodeError(RangeError, "ERR_OUT_OF_RANGE", `The value of "options.level" is out of range. Received ${asked}`);
  }
  return Math.min(asked, format === "brotli" ? 6 : 9);
}

function failed(error: unknown): Error {
  const { message } = error as Error;
  return Object.assign(new Error(message), { errno: -3, code: /end/.test(message) ? "Z_BUF_ERROR" : "Z_DATA_ERROR" });
}

/** Bytes through a compressor of the host's, piece by piece. */
class Coder {
  readonly #codec: ReturnType<typeof host.codec>;

  constructor(format: Format, compress: boolean, options: Options) {
    this.#codec = host.codec(format, compress, levelOf(format, options));
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

  close(): void {
    this.#codec.close();
  }
}

class Zlib extends Transform {
  readonly #coder: Coder;
  bytesWritten = 0;

  constructor(format: Format, compress: boolean, options: Options = {}) {
    super(options as object);
    this.#coder = new Coder(format, compress, options);
  }

  #feed(input: Uint8Array | null, done: (error?: Error | null) => void): void {
    this.#coder
      .feed(input, (bytes) => void this.push(Buffer.from(bytes)))
      .then(
        () => done(),
        (error: unknown) => done(failed(error)),
      );
  }

  override _transform(chunk: unknown, encoding: string, done: (error?: Error | null) => void): void {
    const bytes = bytesOf(chunk, encoding, "chunk");
    this.bytesWritten += bytes.length;
    this.#feed(bytes, done);
  }

  override _flush(done: (error?: Error | null) => void): void {
    this.#feed(null, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#coder.close();
    done(error);
  }

  close(done?: () => void): void {
    if (done) this.once("close", done);
    this.destroy();
  }
}

function creating(format: Format, compress: boolean) {
  return (options?: Options): Zlib => new Zlib(format, compress, options);
}

function atOnce(formatOf: (bytes: Uint8Array) => Format, compress: boolean) {
  return (data: unknown, ...rest: unknown[]): void => {
    const done = rest.pop() as Done;
    if (typeof done !== "function") throw wrongType("callback", "function", done);
    const bytes = bytesOf(data, undefined, "buffer");
    const coder = new Coder(formatOf(bytes), compress, (rest[0] ?? {}) as Options);
    const chunks: Uint8Array[] = [];
    const add = (chunk: Uint8Array): void => void chunks.push(chunk);
    coder
      .feed(bytes, add)
      .then(() => coder.feed(null, add))
      .then(
        () => done(null, Buffer.concat(chunks)),
        (error: unknown) => done(failed(error)),
      );
  };
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

export const createGzip = creating("gzip", true);
export const createGunzip = creating("gzip", false);
export const createDeflate = creating("deflate", true);
export const createInflate = creating("deflate", false);
export const createDeflateRaw = creating("deflate-raw", true);
export const createInflateRaw = creating("deflate-raw", false);
export const createBrotliCompress = creating("brotli", true);
export const createBrotliDecompress = creating("brotli", false);
export const createZstdCompress = creating("zstd", true);
export const createZstdDecompress = creating("zstd", false);
export const createUnzip = absent("zlib.createUnzip", "use createGunzip() or createInflate()");

export const gzip = atOnce(() => "gzip", true);
export const gunzip = atOnce(() => "gzip", false);
export const deflate = atOnce(() => "deflate", true);
export const inflate = atOnce(() => "deflate", false);
export const deflateRaw = atOnce(() => "deflate-raw", true);
export const inflateRaw = atOnce(() => "deflate-raw", false);
export const unzip = atOnce((bytes) => (isGzip(bytes) ? "gzip" : "deflate"), false);
export const brotliCompress = atOnce(() => "brotli", true);
export const brotliDecompress = atOnce(() => "brotli", false);
export const zstdCompress = atOnce(() => "zstd", true);
export const zstdDecompress = atOnce(() => "zstd", false);

/* In JavaScript, in the entry's own time and memory: the host's thread waits for nobody. */
type All = (data: Uint8Array, options?: { level?: never }) => Uint8Array;

function atOnceHere(all: All) {
  return (data: unknown, options: Options = {}): Buffer => {
    const bytes = bytesOf(data, undefined, "buffer");
    const level = levelOf("gzip", options);
    try {
      const { buffer, byteOffset, byteLength } = all(bytes, level < 0 ? {} : { level: level as never });
      return Buffer.from(buffer, byteOffset, byteLength) as Buffer;
    } catch (error) {
      throw failed(error);
    }
  };
}

export const gzipSync = atOnceHere(gzipAll);
export const gunzipSync = atOnceHere((bytes) => gunzipAll(bytes));
export const deflateSync = atOnceHere(zlibSync);
export const inflateSync = atOnceHere((bytes) => unzlibSync(bytes));
export const deflateRawSync = atOnceHere(deflateRawAll);
export const inflateRawSync = atOnceHere((bytes) => inflateRawAll(bytes));
export const unzipSync = atOnceHere((bytes) => (isGzip(bytes) ? gunzipAll(bytes) : unzlibSync(bytes)));
const asynchronously = "use the function without Sync";
export const brotliCompressSync = absent("zlib.brotliCompressSync", asynchronously);
export const brotliDecompressSync = absent("zlib.brotliDecompressSync", asynchronously);
export const zstdCompressSync = absent("zlib.zstdCompressSync", asynchronously);
export const zstdDecompressSync = absent("zlib.zstdDecompressSync", asynchronously);

let table: Uint32Array | undefined;

export function crc32(data: unknown, value = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = ~value;
  for (const byte of bytesOf(data, undefined)) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
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
