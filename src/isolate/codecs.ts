import type { CompressionFormat } from "../../runtime-api/ops.ts";
import { Codec, type CodecListener, codecBytes } from "./codec.ts";

const mebibyte = 1024 * 1024;
/** Bytes of the host's memory that the open compression streams of an isolate, and of all of them, may take. */
const mostOfIsolate = 40 * mebibyte;
const mostOfProcess = 256 * mebibyte;

let ofProcess = 0;

/** The compression streams that one isolate has on the host. */
export class Codecs {
  readonly #open = new Map<number, { readonly codec: Codec; readonly bytes: number }>();
  #bytes = 0;

  /** False when the open ones take as much memory as they may. */
  open(id: number, format: CompressionFormat, compress: boolean, level: number, listener: CodecListener): boolean {
    const bytes = codecBytes(format, compress);
    if (this.#bytes + bytes > mostOfIsolate || ofProcess + bytes > mostOfProcess) return false;
    this.#bytes += bytes;
    ofProcess += bytes;
    this.#open.set(id, { codec: new Codec(format, compress, level, listener), bytes });
    return true;
  }

  get(id: number): Codec | undefined {
    return this.#open.get(id)?.codec;
  }

  close(id: number): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    this.#bytes -= open.bytes;
    ofProcess -= open.bytes;
    open.codec.close();
  }
}
