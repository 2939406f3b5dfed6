import host from "islet:node";
import { Buffer } from "node:buffer";
import { Transform } from "node:stream";
import { bytesOf, encoded } from "./bytes-of.ts";
import { secretBytesOf } from "./key-object.ts";
import { nodeError, wrongType } from "./node-error.ts";

interface Algorithm {
  /** As the host knows it. */
  readonly name: string;
  /** Bytes of a block, which keys of HMAC are filled up to. */
  readonly block: number;
}

const algorithms = new Map<string, Algorithm>(
  (
    [
      ["md5", "MD5", 64],
      ["sha1", "SHA-1", 64],
      ["sha224", "SHA-224", 64],
      ["sha256", "SHA-256", 64],
      ["sha384", "SHA-384", 128],
      ["sha512", "SHA-512", 128],
      ["sha512-224", "SHA-512/224", 128],
      ["sha512-256", "SHA-512/256", 128],
      ["ripemd160", "RIPEMD-160", 64],
      ["sha3-224", "SHA3-224", 144],
      ["sha3-256", "SHA3-256", 136],
      ["sha3-384", "SHA3-384", 104],
      ["sha3-512", "SHA3-512", 72],
    ] as const
  ).map(([id, name, block]) => [id, { name, block }]),
);

export function getHashes(): string[] {
  return [...algorithms.keys()];
}

function named(name: string): Algorithm | undefined {
  const id = name.toLowerCase().replace(/^rsa-/, "");
  return (
    algorithms.get(id) ??
    algorithms.get(id.replace(/^sha-/, "sha").replace("/", "-")) ??
    algorithms.get(id.replace(/^rmd/, "ripemd"))
  );
}

export function hasHash(name: string): boolean {
  return named(name) !== undefined;
}

function algorithmOf(given: unknown): Algorithm {
  if (typeof given !== "string") throw wrongType("algorithm", "string", given);
  const found = named(given);
  if (found === undefined) throw new Error("Digest method not supported");
  return found;
}

/** Bytes of a hash that is being fed: kept here until they are too many for the host to take at once. */
class Feed {
  readonly algorithm: Algorithm;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #stream: ReturnType<typeof host.hash> | undefined;

  constructor(algorithm: Algorithm) {
    this.algorithm = algorithm;
  }

  add(bytes: Uint8Array): void {
    this.#chunks.push(new Uint8Array(bytes));
    this.#bytes += bytes.length;
    if (this.#bytes > host.mostBytesAtOnce) this.#flush();
  }

  #flush(): void {
    this.#stream ??= host.hash(this.algorithm.name);
    for (const chunk of this.#chunks) this.#stream.update(chunk);
    this.#chunks = [];
    this.#bytes = 0;
  }

  digest(): Uint8Array {
    if (!this.#stream) return host.digest(this.algorithm.name, new Uint8Array(Buffer.concat(this.#chunks)));
    this.#flush();
    const digest = this.#stream.digest();
    if (!digest) throw nodeError(Error, "ERR_INVALID_STATE", "The request that began this hash is over");
    return digest;
  }

  copy(): Feed {
    if (this.#stream) {
      throw nodeError(
        Error,
        "ERR_METHOD_NOT_IMPLEMENTED",
        "copy() is there for hashes of up to 64 KiB only in isolates",
      );
    }
    const feed = new Feed(this.algorithm);
    feed.#chunks = [...this.#chunks];
    feed.#bytes = this.#bytes;
    return feed;
  }
}

abstract class Digesting extends Transform {
  #isFinal = false;

  protected abstract hashing(bytes: Uint8Array): void;
  protected abstract hashed(): Uint8Array;

  update(data: unknown, encoding?: string): this {
    if (this.#isFinal) throw nodeError(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
    this.hashing(bytesOf(data, encoding));
    return this;
  }

  digest(encoding?: string): Buffer | string {
    if (this.#isFinal) throw nodeError(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
    this.#isFinal = true;
    return encoded(this.hashed(), encoding);
  }

  override _transform(chunk: unknown, encoding: string, done: (error?: Error | null) => void): void {
    this.update(chunk, encoding);
    done();
  }

  override _flush(done: (error?: Error | null) => void): void {
    this.push(this.digest());
    done();
  }
}

export class Hash extends Digesting {
  readonly #feed: Feed;

  constructor(algorithm: unknown, feed?: Feed) {
    super();
    this.#feed = feed ?? new Feed(algorithmOf(algorithm));
  }

  copy(): Hash {
    return new Hash(undefined, this.#feed.copy());
  }

  protected override hashing(bytes: Uint8Array): void {
    this.#feed.add(bytes);
  }

  protected override hashed(): Uint8Array {
    return this.#feed.digest();
  }
}

export class Hmac extends Digesting {
  #isOver = false;
  readonly #inner: Feed;
  readonly #outer: Feed;

  constructor(name: unknown, key: unknown) {
    super();
    const algorithm = algorithmOf(name);
    let bytes = secretBytesOf(key);
    if (bytes.length > algorithm.block) {
      const shorter = new Feed(algorithm);
      shorter.add(bytes);
      bytes = shorter.digest();
    }
    const padded = new Uint8Array(algorithm.block);
    padded.set(bytes);
    this.#inner = new Feed(algorithm);
    this.#inner.add(padded.map((byte) => byte ^ 0x36));
    this.#outer = new Feed(algorithm);
    this.#outer.add(padded.map((byte) => byte ^ 0x5c));
  }

  protected override hashing(bytes: Uint8Array): void {
    this.#inner.add(bytes);
  }

  /** As Node has it, a second one is empty. */
  override digest(encoding?: string): Buffer | string {
    if (this.#isOver) return encoded(new Uint8Array(0), encoding);
    this.#isOver = true;
    return super.digest(encoding);
  }

  protected override hashed(): Uint8Array {
    this.#outer.add(this.#inner.digest());
    return this.#outer.digest();
  }
}

export function createHash(algorithm: unknown): Hash {
  return new Hash(algorithm);
}

export function createHmac(algorithm: unknown, key: unknown): Hmac {
  return new Hmac(algorithm, key);
}

/** A hash in one call, as Node has it since 21. */
export function hash(algorithm: unknown, data: unknown, encoding = "hex"): Buffer | string {
  return new Hash(algorithm).update(data).digest(encoding);
}
