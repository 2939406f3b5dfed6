import type { ReadableStream, WritableStream } from "web-streams-polyfill";
import { streams } from "../streams/lazy-streams.ts";
import { type BufferSource, defineInterface, toDomString } from "../webidl.ts";
import { TextDecoder, type TextDecoderOptions } from "./text.ts";
import { encodeUtf8 } from "./utf8.ts";

export class TextEncoderStream {
  /** The first half of a surrogate pair whose second half may come with the next chunk. */
  #pending = "";
  readonly #transform = new (streams().TransformStream)<unknown, Uint8Array>({
    transform: (chunk, controller) => {
      const text = this.#pending + toDomString(chunk);
      const split = /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
      this.#pending = text.slice(split);
      if (split > 0) controller.enqueue(encodeUtf8(text.slice(0, split)));
    },
    flush: (controller) => {
      if (this.#pending !== "") controller.enqueue(encodeUtf8(this.#pending));
    },
  });

  get encoding(): string {
    return "utf-8";
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#transform.readable;
  }

  get writable(): WritableStream<unknown> {
    return this.#transform.writable;
  }
}
defineInterface(TextEncoderStream, "TextEncoderStream", ["encoding", "readable", "writable"]);

export class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #transform = new (streams().TransformStream)<BufferSource, string>({
    transform: (chunk, controller) => {
      if (chunk === undefined) throw new TypeError("TextDecoderStream: a chunk must be bytes");
      const text = this.#decoder.decode(chunk, { stream: true });
      if (text !== "") controller.enqueue(text);
    },
    flush: (controller) => {
      const text = this.#decoder.decode();
      if (text !== "") controller.enqueue(text);
    },
  });

  constructor(label: unknown = "utf-8", options?: TextDecoderOptions) {
    this.#decoder = new TextDecoder(label, options);
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable(): ReadableStream<string> {
    return this.#transform.readable;
  }

  get writable(): WritableStream<BufferSource> {
    return this.#transform.writable;
  }
}
defineInterface(TextDecoderStream, "TextDecoderStream", ["encoding", "fatal", "ignoreBOM", "readable", "writable"]);
