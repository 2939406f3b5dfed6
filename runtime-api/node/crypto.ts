import host from "islet:node";
import { Buffer } from "node:buffer";
import { bytesOf, createHash, createHmac, getHashes, Hash, Hmac, hash } from "./hash.ts";
import { absent, nodeError, wrongType } from "./node-error.ts";
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from "./random.ts";

type Done = (error: unknown, value?: unknown) => void;

export const { crypto: webcrypto } = globalThis as unknown as { crypto: import("node:crypto").webcrypto.Crypto };
export const { subtle } = webcrypto;

export function getRandomValues<View extends ArrayBufferView>(view: View): View {
  return webcrypto.getRandomValues(view as never);
}

function viewOf(data: unknown, name: string): Uint8Array {
  if (typeof data === "string") throw wrongType(name, "instance of ArrayBuffer, Buffer, TypedArray, or DataView", data);
  return bytesOf(data, undefined, name);
}

export function timingSafeEqual(a: unknown, b: unknown): boolean {
  const [first, second] = [viewOf(a, "buf1"), viewOf(b, "buf2")];
  if (first.length !== second.length) {
    throw nodeError(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  }
  return host.equalBytes(first, second);
}

function hashNameOf(digest: unknown): string {
  const name = /^(?:rsa-)?sha-?(1|256|384|512)$/i.exec(String(digest))?.[1];
  if (name === undefined) throw nodeError(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${String(digest)}`);
  return `SHA-${name}`;
}

/** By crypto.subtle, so that the host prices it. Calls back. */
function derive(kind: "PBKDF2" | "HKDF", secret: unknown, parameters: object, length: number, done: Done): void {
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const bits = async (): Promise<ArrayBuffer> => {
    const key = await subtle.importKey("raw", bytesOf(secret, undefined, "password") as never, kind, false, [
      "deriveBits",
    ]);
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
  derive(
    "PBKDF2",
    secret,
    { salt: bytesOf(salt, undefined, "salt"), iterations, hash: hashNameOf(digest) },
    length,
    done,
  );
}

export function hkdf(digest: unknown, secret: unknown, salt: unknown, info: unknown, length: number, done: Done): void {
  const parameters = { salt: bytesOf(salt, undefined, "salt"), info: bytesOf(info, undefined, "info") };
  derive("HKDF", secret, { ...parameters, hash: hashNameOf(digest) }, length, done);
}

export function hkdfSync(digest: unknown, secret: unknown, salt: unknown, info: unknown, length: number): ArrayBuffer {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
    const mac = createHmac(digest, key);
    for (const part of parts) mac.update(part);
    return mac.digest() as Buffer;
  };
  const saltBytes = bytesOf(salt, undefined, "salt");
  const pseudoRandom = hmac(saltBytes, bytesOf(secret, undefined, "ikm"));
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

export function getCiphers(): string[] {
  return [];
}

export function getCurves(): string[] {
  return [];
}

export const constants = {};

const bySubtle = "use crypto.subtle, or a container";
const missing = (name: string) => absent(`crypto.${name}`, bySubtle);
export const checkPrime = missing("checkPrime");
export const createCipheriv = missing("createCipheriv");
export const createDecipheriv = missing("createDecipheriv");
export const createDiffieHellman = missing("createDiffieHellman");
export const createECDH = missing("createECDH");
export const createPrivateKey = missing("createPrivateKey");
export const createPublicKey = missing("createPublicKey");
export const createSecretKey = missing("createSecretKey");
export const createSign = missing("createSign");
export const createVerify = missing("createVerify");
export const diffieHellman = missing("diffieHellman");
export const generateKey = missing("generateKey");
export const generateKeyPair = missing("generateKeyPair");
export const generateKeyPairSync = missing("generateKeyPairSync");
export const generateKeySync = missing("generateKeySync");
export const pbkdf2Sync = missing("pbkdf2Sync");
export const privateDecrypt = missing("privateDecrypt");
export const privateEncrypt = missing("privateEncrypt");
export const publicDecrypt = missing("publicDecrypt");
export const publicEncrypt = missing("publicEncrypt");
export const scrypt = missing("scrypt");
export const scryptSync = missing("scryptSync");
export const sign = missing("sign");
export const verify = missing("verify");
export class KeyObject {
  constructor() {
    missing("KeyObject")();
  }
}
export class X509Certificate {
  constructor() {
    missing("X509Certificate")();
  }
}

export {
  createHash,
  createHmac,
  getHashes,
  Hash,
  Hmac,
  hash,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
};
export default {
  ...{ webcrypto, subtle, getRandomValues, timingSafeEqual, pbkdf2, hkdf, hkdfSync, getCiphers, getCurves, constants },
  ...{ createHash, createHmac, getHashes, Hash, Hmac, hash, randomBytes, randomFill, randomFillSync, randomInt },
  ...{ randomUUID, checkPrime, createCipheriv, createDecipheriv, createDiffieHellman, createECDH, createPrivateKey },
  ...{ createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, generateKey, generateKeyPair },
  ...{ generateKeyPairSync, generateKeySync, pbkdf2Sync, privateDecrypt, privateEncrypt, publicDecrypt },
  ...{ publicEncrypt, scrypt, scryptSync, sign, verify, KeyObject, X509Certificate },
};
