import { Buffer } from "node:buffer";
import { nodeError } from "./node-error.ts";

const names: Readonly<Record<string, string>> = {
  ...{ utf8: "utf8", "utf-8": "utf8", utf16le: "utf16le", "utf-16le": "utf16le", ucs2: "utf16le", "ucs-2": "utf16le" },
  ...{ base64: "base64", base64url: "base64url", hex: "hex", latin1: "latin1", binary: "latin1", ascii: "ascii" },
};

function bytesOf(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw nodeError(
    TypeError,
    "ERR_INVALID_ARG_TYPE",
    'The "buf" argument must be an instance of Buffer, TypedArray, or DataView.',
  );
}

/** Text of bytes that come in pieces, whose characters may be parted between two. */
export class StringDecoder {
  readonly encoding: string;
  readonly #text: InstanceType<typeof TextDecoder> | undefined;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(encoding: string = "utf8") {
    const known = names[String(encoding).toLowerCase()];
    if (known === undefined) throw nodeError(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
    this.encoding = known;
    if (known === "utf8") this.#text = new TextDecoder("utf-8", { ignoreBOM: true });
    if (known === "utf16le") this.#text = new TextDecoder("utf-16le", { ignoreBOM: true });
  }

  write(chunk: unknown): string {
    if (typeof chunk === "string") return chunk;
    const bytes = bytesOf(chunk);
    if (this.#text) return this.#text.decode(bytes, { stream: true });
    if (!this.encoding.startsWith("base64")) return Buffer.from(bytes).toString(this.encoding as "hex");
    const all = Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % 3);
    this.#rest = new Uint8Array(all.subarray(whole));
    return all.subarray(0, whole).toString(this.encoding as "base64");
  }

  end(chunk?: unknown): string {
    const text = chunk === undefined ? "" : this.write(chunk);
    if (this.#text) return text + this.#text.decode();
    const rest = Buffer.from(this.#rest).toString(this.encoding as "base64");
    this.#rest = new Uint8Array(0);
    return text + rest;
  }
}

export default { StringDecoder };
