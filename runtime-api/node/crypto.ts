import host from "islet:node";
import { bytesOf } from "./bytes-of.ts";
import { Cipheriv, createCipheriv, createDecipheriv, Decipheriv, getCiphers } from "./ciphers.ts";
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from "./derivation.ts";
import { createHash, createHmac, getHashes, Hash, Hmac, hash } from "./hash.ts";
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from "./key-object.ts";
import { generateKey, generateKeyPair, generateKeyPairSync, generateKeySync, getCurves } from "./key-pairs.ts";
import { absent, nodeError, wrongType } from "./node-error.ts";
import { randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from "./random.ts";
import { diffieHellman, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt } from "./rsa-encryption.ts";
import { createSign, createVerify, Sign, sign, Verify, verify } from "./signing.ts";

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

export const constants = {
  ...{ RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6 },
  ...{ RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2 },
};

const missing = (name: string) => absent(`crypto.${name}`, "crypto.subtle has its like, and containers have it");
export const checkPrime = missing("checkPrime");
export const createDiffieHellman = missing("createDiffieHellman");
export const createECDH = missing("createECDH");
export class X509Certificate {
  constructor() {
    missing("X509Certificate")();
  }
}

export {
  Cipheriv,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  createSign,
  createVerify,
  Decipheriv,
  diffieHellman,
  generateKey,
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
  getCiphers,
  getCurves,
  getHashes,
  Hash,
  Hmac,
  hash,
  hkdf,
  hkdfSync,
  KeyObject,
  pbkdf2,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  Sign,
  scrypt,
  scryptSync,
  sign,
  Verify,
  verify,
};
export default {
  ...{ webcrypto, subtle, getRandomValues, timingSafeEqual, constants, checkPrime, createDiffieHellman, createECDH },
  X509Certificate,
  ...{ Cipheriv, createCipheriv, createDecipheriv, Decipheriv, getCiphers, hkdf },
  ...{ hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync, createHash },
  ...{ createHmac, getHashes, Hash, Hmac, hash, createPrivateKey },
  ...{ createPublicKey, createSecretKey, KeyObject, generateKey, generateKeyPair, generateKeyPairSync },
  ...{ generateKeySync, getCurves, randomBytes, randomFill, randomFillSync, randomInt },
  ...{ randomUUID, diffieHellman, privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt },
  ...{ createSign, createVerify, Sign, sign, Verify, verify },
};
