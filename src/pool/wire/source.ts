import { chunkBytes, frameType, WireError } from "./frames.ts";
import type { FrameWriter } from "./writer.ts";

/** What one `pull` is answered with. */
export type Piece =
  | { readonly kind: "chunk"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly message: string };

/** Past so many pieces that nobody has taken they are joined: a small one takes far more memory than its bytes. */
const mostPieces = 64;

/**
 * The receiving end of a body that is asked for piece by piece. Grants the sender a window from
 * the first pull on, so that the next pieces are on their way while one is worked on.
 */
export class BodySource {
  readonly #writer: FrameWriter;
  readonly #id: number;
  readonly #onPiece: (piece: Piece) => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Granted and not yet received. */
  #outstanding = 0;
  #last: Piece | undefined;
  #wanted = false;
  #over = false;

  constructor(writer: FrameWriter, id: number, onPiece: (piece: Piece) => void) {
    this.#writer = writer;
    this.#id = id;
    this.#onPiece = onPiece;
  }

  /** All of it has come from the other process. */
  get complete(): boolean {
    return this.#last?.kind === "end";
  }

  /** Nothing more of it is expected: it is complete, broke off, or is not wanted. */
  get finished(): boolean {
    return this.#over || this.#last !== undefined;
  }

  /** Asks for one piece; `onPiece` follows, perhaps at once. */
  pull(): void {
    if (this.#over) return;
    this.#wanted = true;
    this.#hand();
    this.#grant();
  }

  /** No more is wanted. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = [];
    if (this.#last === undefined) this.#writer.begin(frameType.stop, this.#id).finish();
  }

  /** @throws WireError when more comes than was granted, or after the end. */
  chunk(bytes: Uint8Array): void {
    if (this.#last) throw new WireError("a body goes on after its end");
    if (bytes.byteLength === 0 || bytes.byteLength > chunkBytes) {
      throw new WireError(`a piece of a body cannot have ${bytes.byteLength} bytes`);
    }
    this.#outstanding -= bytes.byteLength;
    if (this.#outstanding < 0) throw new WireError("more body than granted");
    // What was on its way when nobody wanted it any more.
    if (this.#over) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    if (this.#waiting.length > mostPieces) this.#waiting = [Buffer.concat(this.#waiting, this.#waitingBytes)];
    this.#hand();
  }

  /** @throws WireError when it had an end before. */
  last(piece: Piece): void {
    if (this.#last) throw new WireError("a body has one end");
    this.#last = piece;
    if (!this.#over) this.#hand();
  }

  #hand(): void {
    if (!this.#wanted) return;
    const bytes = this.#waiting.shift();
    if (bytes) {
      this.#waitingBytes -= bytes.byteLength;
      this.#wanted = false;
      this.#onPiece({ kind: "chunk", bytes });
    } else if (this.#last) {
      this.#over = true;
      this.#onPiece(this.#last);
    }
  }

  #grant(): void {
    if (this.#over || this.#last) return;
    const room = this.#writer.windowBytes - this.#outstanding - this.#waitingBytes;
    if (room < this.#writer.windowBytes / 2) return;
    this.#outstanding += room;
    this.#writer.begin(frameType.window, this.#id).u32(room).finish();
  }
}
