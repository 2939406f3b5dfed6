import host from "islet:node";
import { Buffer } from "node:buffer";
import { Writable } from "node:stream";
import { bytesOf, encoded } from "./bytes-of.ts";
import { hasHash } from "./hash.ts";
import { asymmetricKey } from "./key-object.ts";
import { nodeError, wrongType } from "./node-error.ts";

interface Options {
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: "der" | "ieee-p1363";
}
type Done<Value> = (error: unknown, value?: Value) => void;

function optionsOf(key: unknown): Options {
  const { padding, saltLength, dsaEncoding } = (key ?? {}) as Options;
  return {
    ...(typeof padding === "number" && { padding }),
    ...(typeof saltLength === "number" && { saltLength }),
    ...(dsaEncoding !== undefined && { dsaEncoding }),
  };
}

function signed(algorithm: string | null, data: Uint8Array, key: unknown): ArrayBuffer {
  return host.crypto("node.sign", [algorithm, data, asymmetricKey(key, "private"), optionsOf(key)]) as ArrayBuffer;
}

function verified(algorithm: string | null, data: Uint8Array, key: unknown, signature: Uint8Array): boolean {
  const copy = new Uint8Array(signature);
  return host.crypto("node.verify", [algorithm, data, asymmetricKey(key, "public"), optionsOf(key), copy]) as boolean;
}

/** What is to be signed is kept, and goes to the host as one. */
abstract class Collecting extends Writable {
  protected readonly algorithm: string;
  readonly #chunks: Uint8Array[] = [];

  constructor(algorithm: unknown) {
    super();
    if (typeof algorithm !== "string") throw wrongType("algorithm", "string", algorithm);
    if (!hasHash(algorithm)) throw nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm}`);
    this.algorithm = algorithm;
  }

  update(data: unknown, encoding?: string): this {
    this.#chunks.push(new Uint8Array(bytesOf(data, encoding)));
    return this;
  }

  override _write(chunk: unknown, encoding: string, done: () => void): void {
    this.update(chunk, encoding);
    done();
  }

  protected collected(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }
}

export class Sign extends Collecting {
  sign(key: unknown, encoding?: string): Buffer | string {
    return encoded(signed(this.algorithm, this.collected(), key), encoding);
  }
}

export class Verify extends Collecting {
  verify(key: unknown, signature: unknown, encoding?: string): boolean {
    return verified(this.algorithm, this.collected(), key, bytesOf(signature, encoding, "signature"));
  }
}

export function createSign(algorithm: unknown): Sign {
  return new Sign(algorithm);
}

export function createVerify(algorithm: unknown): Verify {
  return new Verify(algorithm);
}

function later<Value>(work: () => Value, done: Done<Value> | undefined): Value | undefined {
  if (done === undefined) return work();
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const settle = Promise.try(work);
  settle.then(
    (value) => done(null, value),
    (error: unknown) => done(error),
  );
  return undefined;
}

export function sign(algorithm: unknown, data: unknown, key: unknown, done?: Done<Buffer>): Buffer | undefined {
  const bytes = new Uint8Array(bytesOf(data, undefined));
  return later(() => Buffer.from(signed(nameOf(algorithm), bytes, key)), done);
}

export function verify(
  algorithm: unknown,
  data: unknown,
  key: unknown,
  signature: unknown,
  done?: Done<boolean>,
): boolean | undefined {
  const bytes = new Uint8Array(bytesOf(data, undefined));
  return later(() => verified(nameOf(algorithm), bytes, key, bytesOf(signature, undefined, "signature")), done);
}

function nameOf(algorithm: unknown): string | null {
  if (algorithm === null || algorithm === undefined) return null;
  if (typeof algorithm !== "string") throw wrongType("algorithm", "string", algorithm);
  return algorithm;
}
