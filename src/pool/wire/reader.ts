import { headerBytes, maxFrameBytes, WireError } from "./frames.ts";

/**
 * One received frame, read field by field. Every read is checked against the frame's end, since
 * the other side may be a process that guest code has taken over.
 */
export class Frame {
  type = 0;
  id = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @internal */
  reset(buffer: Buffer, start: number, end: number): void {
    this.#buffer = buffer;
    this.type = buffer[start + 4] as number;
    this.id = buffer.readUInt32LE(start + 5);
    this.#at = start + headerBytes;
    this.#end = end;
  }

  u8(): number {
    return this.#buffer[this.#take(1)] as number;
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  latin1(): string {
    const length = this.u32();
    const start = this.#take(length);
    return this.#buffer.toString("latin1", start, start + length);
  }

  utf8(): string {
    const length = this.u32();
    const start = this.#take(length);
    return this.#buffer.toString("utf8", start, start + length);
  }

  utf8Rest(): string {
    const start = this.#at;
    this.#at = this.#end;
    return this.#buffer.toString("utf8", start, this.#end);
  }

  /** The rest of the frame, in memory of its own: the receive buffer is used again. */
  rest(): Uint8Array {
    const start = this.#at;
    this.#at = this.#end;
    return Uint8Array.prototype.slice.call(this.#buffer, start, this.#end);
  }

  /** The rest of the frame as a string of bytes (latin1), which costs less than bytes when it is short. */
  latin1Rest(): string {
    const start = this.#at;
    this.#at = this.#end;
    return this.#buffer.toString("latin1", start, this.#end);
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  /** @throws WireError when more follows. */
  end(): void {
    if (this.#at !== this.#end) throw new WireError(`frame of type ${this.type} is too long`);
  }

  /** The rest of the frame, valid only until the frame's handler returns. */
  restView(): Buffer {
    const start = this.#at;
    this.#at = this.#end;
    return this.#buffer.subarray(start, this.#end);
  }

  #take(bytes: number): number {
    const start = this.#at;
    if (bytes > this.#end - start) throw new WireError(`frame of type ${this.type} ends too early`);
    this.#at = start + bytes;
    return start;
  }
}

const empty = Buffer.alloc(0);

/** Cuts a byte stream into frames. */
export class FrameReader {
  readonly #handle: (frame: Frame) => void;
  readonly #longest: number;
  readonly #frame = new Frame();
  /** The beginning of a frame whose rest has not come. */
  #partial: Buffer = empty;
  #partialBytes = 0;
  #needed = 4;

  /** @param longest what a frame may have after its length: so much is kept of one that is not complete. */
  constructor(handle: (frame: Frame) => void, longest = maxFrameBytes) {
    this.#handle = handle;
    this.#longest = longest;
  }

  /**
   * Hands on every frame that is complete. `data` may be used again by the caller afterwards.
   * @throws WireError when the bytes are not frames.
   */
  push(data: Buffer): void {
    if (this.#partialBytes === 0) {
      this.#keep(data, this.#cut(data));
      return;
    }
    this.#keep(data, 0);
    if (this.#partialBytes < this.#needed) return;
    const whole = this.#partial.subarray(0, this.#partialBytes);
    this.#partial = empty;
    this.#partialBytes = 0;
    this.#keep(whole, this.#cut(whole));
  }

  /** Handles the complete frames in `data` and returns where the incomplete one starts. */
  #cut(data: Buffer): number {
    let at = 0;
    this.#needed = 4;
    while (data.length - at >= 4) {
      const length = data.readUInt32LE(at);
      if (length < headerBytes - 4 || length > this.#longest) {
        throw new WireError(`a frame cannot have ${length} bytes`);
      }
      const end = at + 4 + length;
      if (end > data.length) {
        this.#needed = 4 + length;
        break;
      }
      this.#frame.reset(data, at, end);
      this.#handle(this.#frame);
      at = end;
    }
    return at;
  }

  #keep(data: Buffer, from: number): void {
    if (from === data.length) return;
    const bytes = this.#partialBytes + data.length - from;
    if (bytes > this.#partial.length) {
      // Twice as much each time, so that a frame which comes byte by byte is not copied as often.
      const larger = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(bytes * 2, this.#needed)));
      this.#partial.copy(larger, 0, 0, this.#partialBytes);
      this.#partial = larger;
    }
    data.copy(this.#partial, this.#partialBytes, from);
    this.#partialBytes = bytes;
  }
}
