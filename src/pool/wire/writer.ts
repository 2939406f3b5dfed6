import type { Connection } from "./connection.ts";
import { type FrameType, headerBytes, windowBytes } from "./frames.ts";

const initialBytes = 64 * 1024;
/**
 * At most so many frames wait for the end of the turn: in a long turn the other process can begin
 * meanwhile, where with no bound the two could take turns, each idle while the other works.
 */
const framesAWrite = 16;

/**
 * Gathers the frames of one turn of the event loop and sends them with one write, or few.
 *
 * Frames are built in place: `begin`, then fields, then `finish`. A flush is due in the check
 * phase (setImmediate), that is after all sockets that were readable in this turn have been read,
 * so that requests which arrive together share one system call.
 */
export class FrameWriter {
  readonly #socket: Connection;
  #buffer = Buffer.allocUnsafeSlow(initialBytes);
  #used = 0;
  #frameStart = 0;
  /** Where the last whole frame ends. */
  #finished = 0;
  /** Whole frames that wait to be sent. */
  #frames = 0;
  #flushDue = false;
  readonly #flush = () => {
    this.#flushDue = false;
    this.flush();
  };

  constructor(socket: Connection) {
    this.#socket = socket;
  }

  begin(type: FrameType, id: number): this {
    // A frame whose fields could not be written was left behind half done.
    this.#used = this.#finished;
    this.#reserve(headerBytes);
    this.#frameStart = this.#used;
    this.#buffer[this.#used + 4] = type;
    this.#buffer.writeUInt32LE(id, this.#used + 5);
    this.#used += headerBytes;
    return this;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#used++] = value;
    return this;
  }

  u16(value: number): this {
    this.#reserve(2);
    this.#used = this.#buffer.writeUInt16LE(value, this.#used);
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#used = this.#buffer.writeUInt32LE(value, this.#used);
    return this;
  }

  /** Text of bytes (header fields, URLs): one byte a character, the length before it. */
  latin1(text: string): this {
    this.#reserve(4 + text.length);
    this.#used = this.#buffer.writeUInt32LE(text.length, this.#used);
    this.#used += this.#buffer.write(text, this.#used, "latin1");
    return this;
  }

  utf8(text: string): this {
    this.#reserve(4 + text.length * 3);
    const start = this.#used + 4;
    const written = this.#buffer.write(text, start, "utf8");
    this.#buffer.writeUInt32LE(written, this.#used);
    this.#used = start + written;
    return this;
  }

  /** Text as the rest of the frame. */
  utf8Rest(text: string): this {
    this.#reserve(text.length * 3);
    this.#used += this.#buffer.write(text, this.#used, "utf8");
    return this;
  }

  /** Bytes as the rest of the frame. */
  rest(bytes: Uint8Array): this {
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.byteLength;
    return this;
  }

  finish(): void {
    this.#buffer.writeUInt32LE(this.#used - this.#frameStart - 4, this.#frameStart);
    this.#finished = this.#used;
    if (++this.#frames >= framesAWrite) {
      this.flush();
    } else if (!this.#flushDue) {
      this.#flushDue = true;
      setImmediate(this.#flush);
    }
  }

  /** How much of a body may be under way here. */
  get windowBytes(): number {
    return this.#socket.windowBytes ?? windowBytes;
  }

  /** Bytes that the other process has not taken. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  flush(): void {
    this.#flushDue = false;
    if (this.#finished === 0) return;
    const used = this.#finished;
    this.#used = 0;
    this.#finished = 0;
    this.#frames = 0;
    if (this.#socket.destroyed) return;
    this.#socket.write(this.#buffer.subarray(0, used));
    // The kernel usually takes everything at once; only if it did not is the buffer still needed.
    if (this.#socket.writableLength > 0 || this.#buffer.length > 1024 * 1024) {
      this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    let size = this.#buffer.length * 2;
    while (size < needed) size *= 2;
    const larger = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}
