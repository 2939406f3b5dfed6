import type { Transform } from "node:stream";
import zlib, { constants } from "node:zlib";
import type { CompressionFormat } from "../../runtime-api/ops.ts";

/** Bytes of input that a step takes at most, so that it holds a thread of Node's pool for some milliseconds only. */
export const mostInputBytes = 64 * 1024;
/** What a level above the usual one costs is three times as much; those above the highest cost far more, and gain little. */
const usualLevel = 6;
const highestLevel = 9;
const kibibyte = 1024;
const buffersBytes = 3 * mostInputBytes;

/**
 * A format's side, with what it costs: bytes of host memory at most, and nanoseconds of CPU time for a byte, as measured
 * with source text and random bytes and rounded.
 */
interface Coder {
  create(level: number): Transform;
  readonly memoryBytes: number;
  readonly nsPerByteIn: number;
  readonly nsPerByteOut: number;
}

/**
 * The Compression Standard takes bytes after the end for an error, Node's modules do not, which ask for level 0. Node knows the
 * option, its types do not.
 */
function behindTheEnd(level: number): zlib.ZlibOptions {
  return { rejectGarbageAfterEnd: level < 0, chunkSize: mostInputBytes } as zlib.ZlibOptions;
}

/** zlib's own: 256 KiB of window and tables to compress, 40 KiB to expand. */
function deflating(create: (options: zlib.ZlibOptions) => Transform): Coder {
  return {
    create: (level) => create({ level, chunkSize: mostInputBytes }),
    memoryBytes: 268 * kibibyte + buffersBytes,
    nsPerByteIn: 30,
    nsPerByteOut: 0,
  };
}

function inflating(create: (options: zlib.ZlibOptions) => Transform): Coder {
  return {
    create: (level) => create(behindTheEnd(level)),
    memoryBytes: 40 * kibibyte + buffersBytes,
    nsPerByteIn: 1,
    nsPerByteOut: 8,
  };
}

/** Above it Brotli takes tens of megabytes for its tables, and 200 ms to lay them out. */
const highestQuality = 6;
/** Of Brotli's window of 2 to the 18 bytes, in quality 5: higher ones are for what is compressed once and kept. */
const brotliParams = { [constants.BROTLI_PARAM_LGWIN]: 18, [constants.BROTLI_PARAM_QUALITY]: 5 };

const compressors: Readonly<Record<CompressionFormat, Coder>> = {
  gzip: deflating(zlib.createGzip),
  deflate: deflating(zlib.createDeflate),
  "deflate-raw": deflating(zlib.createDeflateRaw),
  brotli: {
    create: (level) => {
      const quality = Math.min(level, highestQuality);
      const params = level < 0 ? brotliParams : { ...brotliParams, [constants.BROTLI_PARAM_QUALITY]: quality };
      return zlib.createBrotliCompress({ params, chunkSize: mostInputBytes });
    },
    memoryBytes: 6 * kibibyte * kibibyte,
    nsPerByteIn: 40,
    nsPerByteOut: 0,
  },
  zstd: {
    create: (level) => {
      const params = level < 0 ? {} : { [constants.ZSTD_c_compressionLevel]: level };
      return zlib.createZstdCompress({ params, chunkSize: mostInputBytes });
    },
    memoryBytes: 4 * kibibyte * kibibyte,
    nsPerByteIn: 15,
    nsPerByteOut: 0,
  },
};

const decompressors: Readonly<Record<CompressionFormat, Coder>> = {
  gzip: inflating(zlib.createGunzip),
  deflate: inflating(zlib.createInflate),
  "deflate-raw": inflating(zlib.createInflateRaw),
  brotli: {
    create: (level) => zlib.createBrotliDecompress(behindTheEnd(level) as zlib.BrotliOptions),
    // The stream names its window, of up to 16 MiB.
    memoryBytes: 17 * kibibyte * kibibyte,
    nsPerByteIn: 2,
    nsPerByteOut: 8,
  },
  zstd: {
    create: (level) => {
      // 8 MiB is what RFC 8878 asks every decoder to take; the library would take 128.
      const params = { [constants.ZSTD_d_windowLogMax]: 23 };
      return zlib.createZstdDecompress({ ...behindTheEnd(level), params } as zlib.ZstdOptions);
    },
    memoryBytes: 9 * kibibyte * kibibyte,
    nsPerByteIn: 1,
    nsPerByteOut: 3,
  },
};

/** Bytes of the host's memory that one may take. */
export function codecBytes(format: CompressionFormat, compress: boolean): number {
  return (compress ? compressors : decompressors)[format].memoryBytes;
}

export function isFormat(value: unknown): value is CompressionFormat {
  return typeof value === "string" && Object.hasOwn(compressors, value);
}

/** What a step came to: a piece of output (perhaps none), and whether there is more without further input. */
export interface CodecListener {
  coded(bytes: Uint8Array, more: boolean): void;
  failed(message: string): void;
}

const noBytes = new Uint8Array(0);

/**
 * A compressor or decompressor on Node's thread pool. It is asked step by step and runs ahead of that by a
 * buffer or two, however far its input expands.
 */
export class Codec {
  readonly #coder: Coder;
  readonly #effort: number;
  readonly #stream: Transform;
  readonly #listener: CodecListener;
  #state: "idle" | "working" | "ending" | "over" = "idle";
  #taken = true;
  #ended = false;
  #error: Error | undefined;

  constructor(format: CompressionFormat, compress: boolean, level: number, listener: CodecListener) {
    this.#coder = (compress ? compressors : decompressors)[format];
    this.#effort = level > usualLevel ? 3 : 1;
    this.#listener = listener;
    this.#stream = this.#coder.create(Math.min(level, highestLevel));
    this.#stream.on("readable", () => this.#look());
    this.#stream.on("end", () => {
      this.#ended = true;
      this.#look();
    });
    this.#stream.on("error", (error) => {
      this.#error = error;
      this.#look();
    });
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Milliseconds of CPU time that so many bytes take, about. */
  costMs(bytesIn: number, bytesOut: number): number {
    return (bytesIn * this.#coder.nsPerByteIn * this.#effort + bytesOut * this.#coder.nsPerByteOut) / 1e6;
  }

  /** One step: with input, with its end (null), or for more of the output. False while one is under way. */
  step(input: Uint8Array | null | undefined): boolean {
    if (this.#state === "working" || this.#state === "over") return false;
    const ending = input === null || this.#state === "ending";
    if (ending && input instanceof Uint8Array) return false;
    this.#state = "working";
    if (input === null) this.#stream.end();
    else if (input !== undefined) {
      this.#taken = false;
      this.#stream.write(input, (error) => {
        if (!error) this.#taken = true;
        this.#look();
      });
    }
    // Not at once: whoever asks is inside the isolate.
    else setImmediate(() => this.#look());
    // What comes behind the end of the format is called back for by nobody.
    if (this.#ended) setImmediate(() => this.#look());
    return true;
  }

  close(): void {
    this.#state = "over";
    this.#stream.destroy();
  }

  #look(): void {
    if (this.#state !== "working") return;
    const piece = this.#stream.read() as Buffer | null;
    const ending = this.#stream.writableEnded;
    const over = this.#ended || (!ending && this.#taken && this.#stream.readableLength === 0);
    if (piece !== null) {
      this.#state = ending ? "ending" : "idle";
      this.#listener.coded(new Uint8Array(piece), ending || !over);
    } else if (this.#error !== undefined) {
      this.close();
      this.#listener.failed(this.#error.message);
    } else if (over) {
      this.#state = "idle";
      if (ending) this.close();
      this.#listener.coded(noBytes, false);
    }
  }
}
