import type { Readable } from "node:stream";
import { BodySink } from "./sink.ts";
import type { FrameWriter } from "./writer.ts";

/**
 * Sends a Node stream to the other process as it grants room. The stream is opened with the first
 * grant: until then it can be passed on or sent elsewhere.
 */
export class BodySender {
  readonly #sink: BodySink;
  readonly #open: () => Readable;
  #stream: Readable | undefined;

  constructor(writer: FrameWriter, id: number, open: () => Readable) {
    this.#open = open;
    this.#sink = new BodySink(
      writer,
      id,
      () => this.#stream?.resume(),
      () => this.#stream?.destroy(),
    );
  }

  grant(bytes: number): void {
    if (!this.#stream && !this.#sink.closed) this.#start();
    this.#sink.grant(bytes);
  }

  stop(): void {
    this.#sink.stop();
  }

  #start(): void {
    const stream = this.#open();
    this.#stream = stream;
    if (stream.destroyed) {
      // It broke before anybody asked for it, and says so no more.
      this.#sink.reset(stream.errored?.message ?? "the body broke off");
      return;
    }
    stream.on("data", (bytes: Uint8Array) => {
      if (!this.#sink.write(bytes)) stream.pause();
    });
    stream.once("end", () => this.#sink.end());
    stream.once("error", (error) => this.#sink.reset(error.message));
    stream.once("close", () => {
      if (!stream.readableEnded) this.#sink.reset("the body broke off");
    });
  }
}
