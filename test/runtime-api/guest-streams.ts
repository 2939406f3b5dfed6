import type { GuestEntries } from "../../runtime-api/ops.ts";

/** What a guest has written to one body. */
interface Written {
  readonly chunks: Uint8Array[];
  state: "open" | "closed" | "aborted";
  abortMessage: string;
  wake: () => void;
}

type Source = AsyncIterator<Uint8Array>;

/** The host's end of all bodies: those that a guest reads, and those that it writes. */
export class GuestStreams {
  readonly cancelled: number[] = [];
  readonly pulled: number[] = [];
  /** A write is answered with false from this many chunks on, until `drain`. */
  highWaterMark = Number.POSITIVE_INFINITY;
  readonly #entries: GuestEntries;
  readonly #sources = new Map<number, Source>();
  readonly #written = new Map<number, Written>();

  constructor(entries: GuestEntries) {
    this.#entries = entries;
  }

  provide(stream: number, source: AsyncIterable<Uint8Array>): void {
    this.#sources.set(stream, source[Symbol.asyncIterator]());
  }

  /** The rest of a body that the guest has handed back untouched. */
  async *toReadable(stream: number): AsyncGenerator<Uint8Array> {
    const source = this.#sources.get(stream);
    if (!source) throw new Error(`there is no stream ${stream}`);
    for (;;) {
      const step = await source.next();
      if (step.done) return;
      yield step.value;
    }
  }

  pull(stream: number): void {
    this.pulled.push(stream);
    const source = this.#sources.get(stream);
    if (!source) throw new Error(`the guest pulls stream ${stream}, which is not there`);
    source.next().then(
      (step) => (step.done ? this.#entries.end(stream) : this.#entries.chunk(stream, new Uint8Array(step.value))),
      (error: Error) => this.#entries.streamError(stream, error.message),
    );
  }

  cancel(stream: number): void {
    this.cancelled.push(stream);
    void this.#sources.get(stream)?.return?.();
    this.#sources.delete(stream);
  }

  expect(stream: number): void {
    this.#written.set(stream, { chunks: [], state: "open", abortMessage: "", wake: () => undefined });
  }

  write(stream: number, chunk: Uint8Array | string): boolean {
    const written = this.written(stream);
    if (written.state !== "open") throw new Error(`the guest writes to stream ${stream}, which is ${written.state}`);
    written.chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    written.wake();
    return written.chunks.length < this.highWaterMark;
  }

  close(stream: number): void {
    const written = this.written(stream);
    written.state = "closed";
    written.wake();
  }

  abort(stream: number, message: string): void {
    const written = this.written(stream);
    written.state = "aborted";
    written.abortMessage = message;
    written.wake();
  }

  written(stream: number): Written {
    const written = this.#written.get(stream);
    if (!written) throw new Error(`nobody expects stream ${stream}`);
    return written;
  }

  /** What the guest writes, as it comes; throws when the guest breaks it off. */
  async *received(stream: number): AsyncGenerator<Uint8Array> {
    const written = this.written(stream);
    for (;;) {
      const chunk = written.chunks.shift();
      if (chunk) {
        if (written.chunks.length === 0 && this.highWaterMark !== Number.POSITIVE_INFINITY)
          this.#entries.drained(stream);
        yield chunk;
      } else if (written.state === "closed") return;
      else if (written.state === "aborted") throw new Error(written.abortMessage);
      else await new Promise<void>((resolve) => (written.wake = resolve));
    }
  }
}
