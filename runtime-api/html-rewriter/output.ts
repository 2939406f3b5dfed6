import { joined } from "./bytes.ts";
import type { Content, Mutations, StreamedContent } from "./content.ts";

/** The rewritten document, as pieces: what was not changed is passed on as it came. */
export class Output {
  #pieces: Content[] = [];
  #bytes: Uint8Array = new Uint8Array(0);
  /** Up to here the input has been passed on, or left out. */
  #done = 0;
  /** Elements around the present place whose content is left out. */
  #removed = 0;

  /** The input goes on with other bytes, of which none has been passed on. */
  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#done = 0;
  }

  /** Passes on the input up to an offset. */
  pass(to: number): void {
    if (to > this.#done && this.#removed === 0) this.#pieces.push(this.#bytes.subarray(this.#done, to));
    this.#done = to;
  }

  /** Writes a token of the input with what was changed about it; `serialized` is what it is now, if that was changed. */
  token(start: number, end: number, mutations: Mutations, serialized?: Uint8Array): void {
    if (!serialized && isEmpty(mutations)) return;
    this.pass(start);
    this.#write(mutations.before);
    if (mutations.replacement) this.#write([mutations.replacement]);
    if (!mutations.removed) {
      if (serialized) this.#write([serialized]);
      else this.pass(end);
    }
    this.#done = end;
    this.#write(mutations.after);
  }

  leaveOut(): void {
    this.#removed++;
  }

  /** From an offset on. */
  goOn(from: number): void {
    this.pass(from);
    this.#removed--;
  }

  /** The document ends within what is left out. */
  leaveOutNothing(): void {
    this.#removed = 0;
  }

  /** What there is to read, with neighbouring bytes as one piece that shares its buffer with nothing. */
  take(): Content[] {
    const taken: Content[] = [];
    let bytes: Uint8Array[] = [];
    const flush = (): void => {
      if (bytes.length > 0) taken.push(joined(bytes));
      bytes = [];
    };
    for (const piece of this.#pieces) {
      if (piece instanceof Uint8Array) bytes.push(piece);
      else {
        flush();
        taken.push(piece satisfies StreamedContent);
      }
    }
    flush();
    this.#pieces = [];
    return taken;
  }

  #write(contents: readonly Content[]): void {
    if (this.#removed > 0) return;
    for (const content of contents)
      if (!(content instanceof Uint8Array) || content.length > 0) this.#pieces.push(content);
  }
}

function isEmpty({ before, after, removed }: Mutations): boolean {
  return before.length === 0 && after.length === 0 && !removed;
}
