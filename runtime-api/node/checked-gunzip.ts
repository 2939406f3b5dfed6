import { Gunzip } from "fflate";
import { crc32Of } from "./crc32.ts";

const shortest = 18;
const trailerBytes = 8;

/** fflate's, which does not look at what stands behind each member: its checksum and length (RFC 1952). */
export class CheckedGunzip {
  readonly #gunzip: Gunzip;
  /** Of what was pushed before, as many bytes as a trailer has. */
  #tail = new Uint8Array(0);
  #before = 0;
  #crc = 0;
  #length = 0;
  #chunk = new Uint8Array(0);

  constructor(ondata: (piece: Uint8Array) => void) {
    this.#gunzip = new Gunzip((piece) => {
      this.#crc = crc32Of(piece, this.#crc);
      this.#length += piece.length;
      ondata(piece);
    });
    this.#gunzip.onmember = (offset) => this.#check(offset);
  }

  /** Throws an Error for what is no gzip, or is cut short. */
  push(bytes: Uint8Array, isLast: boolean): void {
    this.#chunk = new Uint8Array(this.#tail.length + bytes.length);
    this.#chunk.set(this.#tail);
    this.#chunk.set(bytes, this.#tail.length);
    const end = this.#before + bytes.length;
    this.#gunzip.push(bytes, isLast);
    if (isLast) {
      if (end < shortest) throw new Error("unexpected end of file");
      this.#check(end);
    }
    this.#before = end;
    this.#tail = this.#chunk.slice(-trailerBytes);
  }

  /** The member that ends at this offset. */
  #check(end: number): void {
    const at = end - trailerBytes - (this.#before - this.#tail.length);
    const trailer = new DataView(this.#chunk.buffer, at, trailerBytes);
    const [crc, length] = [trailer.getUint32(0, true), trailer.getUint32(4, true)];
    if (crc !== this.#crc) throw new Error("incorrect data check");
    if (length !== this.#length >>> 0) throw new Error("incorrect length check");
    this.#crc = this.#length = 0;
  }
}
