import { AnswerError, type AnswerHead, readAnswerHead } from "./answer-head.ts";

/** More than a limit of any function permits. */
const longestHead = 512 * 1024;
/** Of a chunk's size with its extensions, and of trailers. */
const longestLine = 1024;
const longestTrailers = 16 * 1024;
const headEnd = Buffer.from("\r\n\r\n");
const lineEnd = Buffer.from("\r\n");
const empty = Buffer.alloc(0);
const chunkSize = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/;

export interface AnswerListener {
  /** The body is wanted. */
  onContinue(): void;
  onHead(head: AnswerHead): void;
  onPiece(piece: Buffer): void;
  onEnd(): void;
}

type State = "idle" | "head" | "fixed" | "size" | "chunk" | "chunkEnd" | "trailers";

/**
 * Reads what a runner answers on one connection, an answer after the other. Guest code may have taken the runner's
 * place: what is not as it must be ends the connection, and nothing is kept beyond the bounds above.
 */
export class AnswerReader {
  #state: State = "idle";
  #method = "GET";
  #listener: AnswerListener | undefined;
  /** Bytes of the body or chunk that are still to come. */
  #left = 0;
  /** The beginning of what is not whole yet; has room for more, so that bytes that come singly are copied once. */
  #held = empty;
  #heldBytes = 0;
  #searched = 0;
  #ended = false;

  expect(method: string, listener: AnswerListener): void {
    this.#state = "head";
    this.#method = method;
    this.#listener = listener;
  }

  /** @throws AnswerError */
  feed(chunk: Buffer): void {
    const bytes = this.#heldBytes === 0 ? chunk : this.#withHeld(chunk);
    let at = 0;
    while (at < bytes.length) {
      const next = this.#step(bytes, at);
      if (next < 0) {
        this.#hold(bytes, at);
        return;
      }
      at = next;
      this.#searched = 0;
      if (this.#ended) {
        // Or it would be taken for the answer to the next request, which may be sent from within `onEnd`.
        if (at < bytes.length) throw new AnswerError("more came than the answer");
        break;
      }
    }
    // Not used again: somebody may have a piece of it.
    this.#held = empty;
    this.#heldBytes = 0;
    this.#tellEnd();
  }

  /** Takes one element at `at`. @returns where the next begins, or -1 when it is not whole yet. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case "idle":
        throw new AnswerError("something came that was no answer to anything");
      case "head": {
        const text = this.#upTo(headEnd, bytes, at, longestHead);
        if (text === null) return -1;
        this.#head(readAnswerHead(text, this.#method));
        return at + text.length + headEnd.length;
      }
      case "fixed":
      case "chunk": {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        const whole = this.#left === 0;
        const fixed = this.#state === "fixed";
        if (whole) this.#state = fixed ? "idle" : "chunkEnd";
        this.#listener?.onPiece(bytes.subarray(at, end));
        if (whole && fixed) this.#ended = true;
        return end;
      }
      case "chunkEnd":
        if (bytes.length - at < 2) return -1;
        if (bytes[at] !== 13 || bytes[at + 1] !== 10) throw new AnswerError("a chunk is longer than it says");
        this.#state = "size";
        return at + 2;
      case "size": {
        const text = this.#upTo(lineEnd, bytes, at, longestLine);
        if (text === null) return -1;
        const size = chunkSize.exec(text)?.[1];
        if (size === undefined) throw new AnswerError("a chunk has no size");
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? "trailers" : "chunk";
        return at + text.length + lineEnd.length;
      }
      case "trailers": {
        // The last of them is an empty line; nobody reads the others.
        const text = this.#upTo(lineEnd, bytes, at, longestLine);
        if (text === null) return -1;
        this.#left += text.length;
        if (this.#left > longestTrailers) throw new AnswerError("the trailers are too long");
        if (text === "") {
          this.#state = "idle";
          this.#ended = true;
        }
        return at + text.length + lineEnd.length;
      }
    }
  }

  #head(head: AnswerHead): void {
    if (head.status < 200) {
      if (head.status === 101) throw new AnswerError("nobody asked for another protocol");
      if (head.status === 100) this.#listener?.onContinue();
      return;
    }
    this.#left = head.length === "chunked" ? 0 : head.length;
    this.#state = head.length === "chunked" ? "size" : head.length > 0 ? "fixed" : "idle";
    this.#listener?.onHead(head);
    if (head.length === 0) this.#ended = true;
  }

  #tellEnd(): void {
    if (!this.#ended) return;
    this.#ended = false;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onEnd();
  }

  #upTo(mark: Buffer, bytes: Buffer, at: number, longest: number): string | null {
    const end = bytes.indexOf(mark, at + this.#searched);
    if ((end < 0 ? bytes.length : end) - at > longest) throw new AnswerError("a head or a line is too long");
    if (end >= 0) return bytes.toString("latin1", at, end);
    this.#searched = Math.max(0, bytes.length - at - mark.length + 1);
    return null;
  }

  #withHeld(chunk: Buffer): Buffer {
    const bytes = this.#heldBytes + chunk.length;
    if (this.#held.length < bytes) {
      const grown = Buffer.allocUnsafe(2 * bytes);
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes);
    this.#heldBytes = bytes;
    return this.#held.subarray(0, bytes);
  }

  #hold(bytes: Buffer, at: number): void {
    if (at === 0 && this.#heldBytes === bytes.length) return;
    // Copied: what it lies in is somebody's piece, or is written to next time.
    this.#held = Buffer.from(bytes.subarray(at));
    this.#heldBytes = this.#held.length;
  }
}
