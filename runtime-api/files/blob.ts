import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { type ReadableStream, streams } from "../streams/lazy-streams.ts";
import {
  type BufferSource,
  defineInterface,
  isBufferSource,
  requireArguments,
  toDictionary,
  toDomString,
  toSequence,
  toUsvString,
  viewBytes,
} from "../webidl.ts";

export type BlobPart = Blob | BufferSource | string;

export interface BlobOptions {
  type?: string;
  endings?: "transparent" | "native";
}

/** Bytes of one chunk that stream() gives. */
const chunkBytes = 65_536;

export class Blob {
  /** Never changed and never handed out, so that slices can share it. */
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #type: string;

  constructor(parts: Iterable<BlobPart> | undefined = undefined, options: BlobOptions | undefined = undefined) {
    const converted = toParts(parts);
    // Each member is read once, in the order of their names.
    const given = toDictionary(options, "Blob");
    const endings = toEndings(given.endings);
    const { type = "" } = given;
    this.#type = toType(type);
    this.#bytes = concatenate(toPieces(converted, endings === "native"));
  }

  static bytesOf(blob: Blob): Uint8Array<ArrayBuffer> {
    return blob.#bytes;
  }

  static isBlob(value: unknown): value is Blob {
    return typeof value === "object" && value !== null && #bytes in value;
  }

  /** Puts bytes into a new, empty blob without copying them. */
  static fill<T extends Blob>(blob: T, bytes: Uint8Array<ArrayBuffer>): T {
    blob.#bytes = bytes;
    return blob;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start: unknown = undefined, end: unknown = undefined, contentType: unknown = ""): Blob {
    const { length } = this.#bytes;
    const from = toPosition(start, 0, length);
    const to = Math.max(from, toPosition(end, length, length));
    return fillBlob(new Blob(undefined, { type: toDomString(contentType) }), this.#bytes.subarray(from, to));
  }

  async text(): Promise<string> {
    return decodeUtf8(this.#bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice();
  }

  stream(): ReadableStream<Uint8Array> {
    const bytes = this.#bytes;
    let at = 0;
    return new (streams().ReadableStream)({
      type: "bytes",
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + chunkBytes));
        at += chunkBytes;
        if (at < bytes.length) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. The bytes must not be changed. */
export const { bytesOf: blobBytes, isBlob, fill: fillBlob } = Blob;
for (const name of ["bytesOf", "isBlob", "fill"]) Reflect.deleteProperty(Blob, name);
defineInterface(Blob, "Blob", ["size", "type"]);

export interface FileOptions extends BlobOptions {
  lastModified?: number;
}

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(parts: Iterable<BlobPart>, name: unknown, options: FileOptions | undefined = undefined) {
    requireArguments(arguments.length, 2, "File");
    if (parts === undefined) throw new TypeError("File: a sequence of parts is required");
    super(parts, options);
    this.#name = toUsvString(name);
    const { lastModified } = toDictionary(options, "File");
    this.#lastModified = lastModified === undefined ? Date.now() : Math.trunc(Number(lastModified)) || 0;
  }

  static isFile(value: unknown): value is File {
    return typeof value === "object" && value !== null && #name in value;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get webkitRelativePath(): string {
    return "";
  }
}

export const { isFile } = File;
Reflect.deleteProperty(File, "isFile");
defineInterface(File, "File", ["name", "size", "type", "lastModified"]);

type Part = Blob | Uint8Array | string;

function toParts(parts: Iterable<BlobPart> | undefined): Part[] {
  if (parts === undefined) return [];
  return toSequence(parts, "Blob: the parts", (part): Part => {
    if (isBlob(part)) return part;
    return isBufferSource(part) ? viewBytes(part) : toUsvString(part);
  });
}

function toEndings(given: unknown): "transparent" | "native" {
  const endings = given === undefined ? "transparent" : toDomString(given);
  if (endings === "transparent" || endings === "native") return endings;
  throw new TypeError(`Blob: ${JSON.stringify(endings)} is no ending`);
}

function toPieces(parts: readonly Part[], nativeEndings: boolean): Uint8Array[] {
  return parts.map((part) => {
    if (isBlob(part)) return blobBytes(part);
    if (typeof part !== "string") return part;
    return encodeUtf8(nativeEndings ? part.replace(/\r\n?/g, "\n") : part);
  });
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Types with characters outside of printable ASCII count as none. */
function toType(given: unknown): string {
  const type = toDomString(given);
  return /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : "";
}

/** A position as slice() takes it: counted from the end when negative, and never outside. */
function toPosition(given: unknown, missing: number, length: number): number {
  if (given === undefined) return missing;
  const position = clamp(Number(given));
  return position < 0 ? Math.max(0, length + position) : Math.min(position, length);
}

/** Web IDL's [Clamp]: the nearest integer, the even one of two. */
function clamp(value: number): number {
  if (Number.isNaN(value)) return 0;
  const below = Math.floor(value);
  if (value - below === 0.5) return below % 2 === 0 ? below : below + 1;
  return Math.round(value);
}
