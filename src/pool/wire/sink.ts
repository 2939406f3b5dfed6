import { chunkBytes, frameType, WireError, windowBytes } from "./frames.ts";
import type { FrameWriter } from "./writer.ts";

/**
 * The sending end of a body that is written piece by piece: sends no more than the receiver has
 * granted and keeps the rest.
 */
export class BodySink {
  readonly #writer: FrameWriter;
  readonly #id: number;
  readonly #onDrained: () => void;
  readonly #onClosed: () => void;
  #waiting: Uint8Array[] = [];
  #credit = 0;
  #ending = false;
  #closed = false;
  #blocked = false;

  constructor(writer: FrameWriter, id: number, onDrained: () => void, onClosed: () => void) {
    this.#writer = writer;
    this.#id = id;
    this.#onDrained = onDrained;
    this.#onClosed = onClosed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Complete, though perhaps not sent. */
  get ending(): boolean {
    return this.#ending;
  }

  /** False: nothing more should be written before `onDrained`. */
  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#ending) return true;
    if (bytes.byteLength > 0) this.#waiting.push(bytes);
    this.#send();
    this.#blocked = this.#waiting.length > 0 || this.#credit <= 0;
    return !this.#blocked;
  }

  end(): void {
    this.#ending = true;
    this.#send();
  }

  /** Breaks off: the receiver sees an error. */
  reset(message: string): void {
    if (this.#closed) return;
    this.#writer.begin(frameType.reset, this.#id).utf8Rest(message).finish();
    this.#close();
  }

  /**
   * The receiver has room for `bytes` more.
   * @throws WireError when that is more than a receiver has: what it does not read, this process would have to keep.
   */
  grant(bytes: number): void {
    if (this.#credit + bytes > windowBytes) throw new WireError("more room for a body than a receiver has");
    if (this.#closed) return;
    this.#credit += bytes;
    this.#send();
    if (this.#blocked && !this.#closed && this.#waiting.length === 0 && this.#credit > 0) {
      this.#blocked = false;
      this.#onDrained();
    }
  }

  /** The receiver wants no more; what is written from now on is dropped. */
  stop(): void {
    if (!this.#closed) this.#close();
  }

  #send(): void {
    while (this.#credit > 0) {
      const bytes = this.#waiting[0];
      if (!bytes) break;
      const size = Math.min(bytes.byteLength, chunkBytes, this.#credit);
      this.#writer.begin(frameType.chunk, this.#id).rest(bytes.subarray(0, size)).finish();
      this.#credit -= size;
      if (size === bytes.byteLength) this.#waiting.shift();
      else this.#waiting[0] = bytes.subarray(size);
    }
    if (this.#ending && this.#waiting.length === 0 && !this.#closed) {
      this.#writer.begin(frameType.end, this.#id).finish();
      this.#close();
    }
  }

  #close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#onClosed();
  }
}
