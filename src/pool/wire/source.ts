import { frameType, WireError, windowBytes } from "./frames.ts";
import type { FrameWriter } from "./writer.ts";

/** What one `pull` is answered with. */
export type Piece =
  | { readonly kind: "chunk"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly message: string };

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

  /** @throws WireError when more comes than was granted. */
  chunk(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#outstanding -= bytes.byteLength;
    if (this.#outstanding < 0) throw new WireError("more body than granted");
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    this.#hand();
  }

  last(piece: Piece): void {
    if (this.#over) return;
    this.#last = piece;
    this.#hand();
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
    const room = windowBytes - this.#outstanding - this.#waitingBytes;
    if (room < windowBytes / 2) return;
    this.#outstanding += room;
    this.#writer.begin(frameType.window, this.#id).u32(room).finish();
  }
}
