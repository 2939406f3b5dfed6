import { notBytes } from "../streams/body-streams.ts";
import {
  type ReadableByteStreamController,
  type ReadableStream,
  type ReadableStreamDefaultReader,
  streams,
} from "../streams/lazy-streams.ts";
import { type Content, escapeBytes, type StreamedContent } from "./content.ts";
import type { Rewriting } from "./rewriting.ts";

const nothing = (): void => undefined;

/** Reads the input when somebody reads what becomes of it. Throws a TypeError when the input is locked. */
export function rewrittenStream(input: ReadableStream, rewriting: Rewriting): ReadableStream {
  const source = new RewrittenSource(input.getReader(), rewriting);
  const { ReadableStream: Readable } = streams();
  return new Readable(
    {
      type: "bytes",
      pull: (controller) => source.pull(controller),
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

class RewrittenSource {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #rewriting: Rewriting;
  #ready: Content[] = [];
  /** Of the first of those, if it is a stream that has been begun. */
  #inserted: ReadableStreamDefaultReader<unknown> | undefined;
  #isOver = false;

  constructor(reader: ReadableStreamDefaultReader<unknown>, rewriting: Rewriting) {
    this.#reader = reader;
    this.#rewriting = rewriting;
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    try {
      const bytes = await this.#next();
      if (bytes) {
        controller.enqueue(bytes);
        return;
      }
    } catch (error) {
      this.cancel(error).catch(nothing);
      throw error;
    }
    controller.close();
    controller.byobRequest?.respond(0);
  }

  async cancel(reason: unknown): Promise<void> {
    await Promise.all([this.#inserted?.cancel(reason), this.#reader.cancel(reason)]);
  }

  /** Undefined at the end. */
  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const [first] = this.#ready;
      if (first instanceof Uint8Array) {
        this.#ready.shift();
        return first;
      }
      if (first) {
        const bytes = await this.#readInserted(first);
        if (bytes) return bytes;
      } else if (this.#isOver) return undefined;
      else await this.#readInput();
    }
  }

  async #readInput(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) {
      this.#isOver = true;
      await this.#rewriting.finish();
    } else await this.#rewriting.write(toBytes(value));
    this.#ready = this.#rewriting.take();
  }

  async #readInserted({ stream, html }: StreamedContent): Promise<Uint8Array | undefined> {
    this.#inserted ??= stream.getReader();
    const { done, value } = await this.#inserted.read();
    if (!done) return html ? new Uint8Array(toBytes(value)) : escapeBytes(toBytes(value));
    this.#inserted = undefined;
    this.#ready.shift();
    return undefined;
  }
}

function toBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw notBytes(value);
}
