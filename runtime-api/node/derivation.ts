import host from "islet:node";
import { Buffer } from "node:buffer";
import { bytesOf } from "./bytes-of.ts";
import { createHmac } from "./hash.ts";
import { secretBytesOf } from "./key-object.ts";
import { nodeError, wrongType } from "./node-error.ts";

type Done = (error: unknown, value?: unknown) => void;

const { subtle } = (globalThis as unknown as { crypto: import("node:crypto").webcrypto.Crypto }).crypto;

function hashNameOf(digest: unknown): string {
  const name = /^(?:rsa-)?sha-?(1|256|384|512)$/i.exec(String(digest))?.[1];
  if (name === undefined) throw nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${String(digest)}`);
  return `SHA-${name}`;
}

function requireCount(name: string, value: unknown, least: number): asserts value is number {
  if (typeof value !== "number") throw wrongType(name, "number", value);
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return;
  const range = `>= ${least} && <= 2147483647`;
  throw nodeError(
    RangeError,
    "ERR_OUT_OF_RANGE",
    `The value of "${name}" is out of range. It must be ${range}. Received ${value}`,
  );
}

/** By crypto.subtle, so that the host prices it. Calls back. */
function derive(kind: "PBKDF2" | "HKDF", secret: Uint8Array, parameters: object, length: number, done: Done): void {
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const bits = async (): Promise<ArrayBuffer> => {
    const key = await subtle.importKey("raw", secret as never, kind, false, ["deriveBits"]);
    return subtle.deriveBits({ name: kind, ...parameters } as never, key, length * 8);
  };
  bits().then(
    (value) => done(null, kind === "HKDF" ? value : Buffer.from(value)),
    (error: unknown) => done(error),
  );
}

export function pbkdf2(
  secret: unknown,
  salt: unknown,
  iterations: number,
  length: number,
  digest: unknown,
  done: Done,
): void {
  const bytes = new Uint8Array(bytesOf(secret, undefined, "password"));
  const parameters = { salt: bytesOf(salt, undefined, "salt"), iterations, hash: hashNameOf(digest) };
  requireCount("iterations", iterations, 1);
  requireCount("keylen", length, 0);
  derive("PBKDF2", bytes, parameters, length, done);
}

export function pbkdf2Sync(
  secret: unknown,
  salt: unknown,
  iterations: number,
  length: number,
  digest: unknown,
): Buffer {
  const [password, salted] = bytesOfBoth(secret, salt);
  requireCount("iterations", iterations, 1);
  requireCount("keylen", length, 0);
  if (typeof digest !== "string") throw wrongType("digest", "string", digest);
  return Buffer.from(host.crypto("node.pbkdf2", [password, salted, length, iterations, digest]) as ArrayBuffer);
}

function bytesOfBoth(secret: unknown, salt: unknown): [Uint8Array, Uint8Array] {
  return [new Uint8Array(bytesOf(secret, undefined, "password")), new Uint8Array(bytesOf(salt, undefined, "salt"))];
}

interface ScryptOptions {
  readonly N?: number;
  readonly cost?: number;
  readonly r?: number;
  readonly blockSize?: number;
  readonly p?: number;
  readonly parallelization?: number;
  readonly maxmem?: number;
}

type ScryptArguments = Parameters<typeof host.crypto<"node.scrypt">>[1];

function scryptArguments(secret: unknown, salt: unknown, length: unknown, options: ScryptOptions): ScryptArguments {
  requireCount("keylen", length, 0);
  const { N, r, p, maxmem = 32 * 1024 * 1024, cost = 16_384, blockSize = 8, parallelization = 1 } = options;
  return [...bytesOfBoth(secret, salt), length, { N: N ?? cost, r: r ?? blockSize, p: p ?? parallelization, maxmem }];
}

export function scrypt(secret: unknown, salt: unknown, length: unknown, ...rest: unknown[]): void {
  const done = rest.pop() as Done;
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const args = scryptArguments(secret, salt, length, (rest[0] ?? {}) as ScryptOptions);
  Promise.try(() => host.crypto("node.scrypt", args) as Promise<ArrayBuffer>).then(
    (value) => done(null, Buffer.from(value)),
    (error: unknown) => done(error),
  );
}

export function scryptSync(secret: unknown, salt: unknown, length: unknown, options: ScryptOptions = {}): Buffer {
  return Buffer.from(host.crypto("node.scryptSync", scryptArguments(secret, salt, length, options)) as ArrayBuffer);
}

export function hkdf(digest: unknown, secret: unknown, salt: unknown, info: unknown, length: number, done: Done): void {
  const parameters = { salt: bytesOf(salt, undefined, "salt"), info: bytesOf(info, undefined, "info") };
  derive("HKDF", secretBytesOf(secret), { ...parameters, hash: hashNameOf(digest) }, length, done);
}

export function hkdfSync(digest: unknown, secret: unknown, salt: unknown, info: unknown, length: number): ArrayBuffer {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
    const mac = createHmac(digest, key);
    for (const part of parts) mac.update(part);
    return mac.digest() as Buffer;
  };
  const saltBytes = bytesOf(salt, undefined, "salt");
  const pseudoRandom = hmac(saltBytes, secretBytesOf(secret));
  const result = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, count = 1; at < length; count++) {
    if (count > 255) throw nodeError(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
    block = hmac(pseudoRandom, block, bytesOf(info, undefined, "info"), Uint8Array.of(count));
    result.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return result.buffer;
}
