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
  /** Bytes since whoever writes was last told to wait. */
  #unpausedBytes = 0;

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

  /**
   * False: nothing more should be written before `onDrained`. That is so after each window even where
   * there is credit: code that writes on a thread while the receiver grants more would else never come
   * to its end, and neither would what waits for it. What is closed takes no more, and says so no more.
   */
  write(bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    if (this.#ending) return true;
    if (bytes.byteLength > 0) this.#waiting.push(bytes);
    this.#send();
    this.#unpausedBytes += bytes.byteLength;
    const full = this.#waiting.length > 0 || this.#credit <= 0;
    const pause = !full && this.#unpausedBytes >= this.#writer.windowBytes;
    if (pause) setImmediate(() => this.#unblock());
    this.#blocked = full || pause;
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
    this.#unblock();
  }

  /** The receiver wants no more; what is written from now on is dropped. */
  stop(): void {
    if (!this.#closed) this.#close();
  }

  #unblock(): void {
    if (!this.#blocked || this.#closed || this.#waiting.length > 0 || this.#credit <= 0) return;
    this.#blocked = false;
    this.#unpausedBytes = 0;
    this.#onDrained();
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
