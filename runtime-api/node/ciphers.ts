import host from "islet:node";
import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { bytesOf } from "./bytes-of.ts";
import { secretOf } from "./key-object.ts";
import { nodeError, wrongType } from "./node-error.ts";

const bits = ["128", "192", "256"];
const names = [
  ...bits.flatMap((size) => ["cbc", "ctr", "ecb", "gcm"].map((mode) => `aes-${size}-${mode}`)),
  ...["chacha20", "chacha20-poly1305"],
];
const authenticating = /gcm$|poly1305$/i;
/** Bytes that cross at once. */
const stepBytes = 256 * 1024;

export function getCiphers(): string[] {
  return [...names];
}

interface Options {
  readonly authTagLength?: number;
}

/** A cipher that the host has: it ends with the request that begins it. */
abstract class Ciphering extends Transform {
  readonly #id: number;
  readonly #tagBytes: number;
  #decoder: StringDecoder | undefined;
  #tag: Buffer | undefined;
  #isFinal = false;

  constructor(encrypts: boolean, cipher: unknown, key: unknown, iv: unknown, options: Options = {}) {
    super(options as object);
    if (typeof cipher !== "string") throw wrongType("cipher", "string", cipher);
    const { authTagLength } = options;
    this.#tagBytes = encrypts && authenticating.test(cipher) ? (authTagLength ?? 16) : 0;
    const vector = iv === null ? null : new Uint8Array(bytesOf(iv, undefined, "iv"));
    this.#id = host.crypto("node.startCipher", [
      cipher,
      encrypts,
      secretOf(key),
      vector,
      authTagLength ?? null,
    ]) as number;
  }

  update(data: unknown, encoding?: string, outputEncoding?: string): Buffer | string {
    return this.#text(this.#updated(bytesOf(data, encoding)), outputEncoding, false);
  }

  #updated(bytes: Uint8Array): Buffer {
    if (this.#isFinal) throw new Error("Unsupported state");
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += stepBytes) {
      const data = new Uint8Array(bytes.subarray(at, at + stepBytes));
      pieces.push(new Uint8Array(this.step({ data })));
    }
    return Buffer.concat(pieces);
  }

  final(outputEncoding?: string): Buffer | string {
    return this.#text(this.#finished(), outputEncoding, true);
  }

  #finished(): Buffer {
    if (this.#isFinal) throw over("final");
    this.#isFinal = true;
    const rest = Buffer.from(this.step({ final: true }));
    const end = rest.length - this.#tagBytes;
    if (this.#tagBytes > 0) this.#tag = rest.subarray(end);
    return rest.subarray(0, end);
  }

  /** A character may be in two pieces. */
  #text(bytes: Buffer, encoding: string | undefined, isLast: boolean): Buffer | string {
    if (encoding === undefined || encoding === "buffer") return bytes;
    this.#decoder ??= new StringDecoder(encoding as "utf8");
    return isLast ? this.#decoder.end(bytes) : this.#decoder.write(bytes);
  }

  setAutoPadding(padding = true): this {
    this.step({ padding: Boolean(padding) });
    return this;
  }

  setAAD(data: unknown, { plaintextLength }: { readonly plaintextLength?: number } = {}): this {
    const aad = new Uint8Array(bytesOf(data, undefined, "buffer"));
    this.step({ aad, ...(plaintextLength !== undefined && { plaintextLength }) });
    return this;
  }

  protected get tag(): Buffer {
    if (this.#tag) return this.#tag;
    throw nodeError(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation getAuthTag");
  }

  protected step(step: Parameters<typeof host.crypto<"node.stepCipher">>[1][1]): ArrayBuffer {
    return host.crypto("node.stepCipher", [this.#id, step]) as ArrayBuffer;
  }

  override _transform(chunk: unknown, encoding: string, done: (error?: Error | null) => void): void {
    try {
      this.push(this.#updated(bytesOf(chunk, encoding)));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: (error?: Error | null) => void): void {
    try {
      this.push(this.#finished());
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}

function over(operation: string): Error {
  return nodeError(Error, "ERR_CRYPTO_INVALID_STATE", `Invalid state for operation ${operation}`);
}

export class Cipheriv extends Ciphering {
  constructor(cipher: unknown, key: unknown, iv: unknown, options?: Options) {
    super(true, cipher, key, iv, options);
  }

  getAuthTag(): Buffer {
    return this.tag;
  }
}

export class Decipheriv extends Ciphering {
  constructor(cipher: unknown, key: unknown, iv: unknown, options?: Options) {
    super(false, cipher, key, iv, options);
  }

  setAuthTag(tag: unknown, encoding?: string): this {
    this.step({ tag: new Uint8Array(bytesOf(tag, encoding, "buffer")) });
    return this;
  }
}

export function createCipheriv(cipher: unknown, key: unknown, iv: unknown, options?: Options): Cipheriv {
  return new Cipheriv(cipher, key, iv, options);
}

export function createDecipheriv(cipher: unknown, key: unknown, iv: unknown, options?: Options): Decipheriv {
  return new Decipheriv(cipher, key, iv, options);
}
