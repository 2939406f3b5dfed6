import { DOMException } from "../dom-exception.ts";
import { host } from "../host.ts";
import { copyBytes, defineInterface } from "../webidl.ts";
import { requireHmac, toHash, toHmacParams } from "./algorithm.ts";
import { blockBytes, equalBytes, hmac } from "./hmac.ts";
import { dataError, fromJwk, type JsonWebKey, toJwk } from "./jwk.ts";
import { type CryptoKey, isKey, type KeyUsage, newKey, secretOf } from "./key.ts";

const knownUsages = new Set([
  ...["encrypt", "decrypt", "sign", "verify"],
  ...["deriveKey", "deriveBits", "wrapKey", "unwrapKey"],
]);

/** digest() and HMAC. Every method is async, so that what is wrong comes as a rejection. */
export class SubtleCrypto {
  async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data, "digest");
    return new Uint8Array(host.digest(toHash(algorithm), bytes)).buffer;
  }

  async sign(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const message = copyBytes(data, "sign");
    requireKey(algorithm, key, "sign");
    return hmac(key.algorithm.hash.name, secretOf(key), message).buffer;
  }

  async verify(algorithm: unknown, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
    const given = copyBytes(signature, "verify");
    const message = copyBytes(data, "verify");
    requireKey(algorithm, key, "verify");
    return equalBytes(given, hmac(key.algorithm.hash.name, secretOf(key), message));
  }

  async generateKey(algorithm: unknown, extractable: unknown, keyUsages: readonly KeyUsage[]): Promise<CryptoKey> {
    const params = toHmacParams(algorithm);
    const usages = toUsages(keyUsages);
    const bits = params.length ?? blockBytes[params.hash] * 8;
    if (bits === 0) throw new DOMException("generateKey: length is zero", "OperationError");
    return newKey(params.hash, host.randomBytes(Math.ceil(bits / 8)), bits, Boolean(extractable), usages);
  }

  async importKey(
    format: unknown,
    keyData: unknown,
    algorithm: unknown,
    extractable: unknown,
    keyUsages: readonly KeyUsage[],
  ): Promise<CryptoKey> {
    const { hash, length } = toHmacParams(algorithm);
    const usages = toUsages(keyUsages);
    let secret: Uint8Array;
    if (format === "raw") secret = copyBytes(keyData, "importKey");
    else if (format === "jwk") secret = fromJwk(keyData, hash, Boolean(extractable), usages);
    else throw unsupportedFormat(format);
    const bits = length ?? secret.length * 8;
    if (secret.length === 0) throw dataError("it is empty");
    if (bits > secret.length * 8 || bits <= secret.length * 8 - 8) throw dataError("length does not fit");
    return newKey(hash, secret, bits, Boolean(extractable), usages);
  }

  async exportKey(format: unknown, key: CryptoKey): Promise<ArrayBuffer | JsonWebKey> {
    if (!isKey(key)) throw new TypeError("exportKey: a CryptoKey is required");
    if (!key.extractable) throw new DOMException("The key is not extractable", "InvalidAccessError");
    if (format === "raw") return new Uint8Array(secretOf(key)).buffer;
    if (format === "jwk") return toJwk(secretOf(key), key.algorithm.hash.name, key.extractable, key.usages);
    throw unsupportedFormat(format);
  }
}
defineInterface(SubtleCrypto, "SubtleCrypto");

export const subtle = new SubtleCrypto();

function requireKey(algorithm: unknown, key: CryptoKey, usage: KeyUsage): void {
  requireHmac(algorithm);
  if (!isKey(key)) throw new TypeError(`${usage}: a CryptoKey is required`);
  if (!key.usages.includes(usage)) throw new DOMException(`The key is not for ${usage}`, "InvalidAccessError");
}

/** Throws a SyntaxError when HMAC keys cannot be used so, or when there is no use at all. */
function toUsages(usages: Iterable<string>): KeyUsage[] {
  const given = new Set([...usages].map(String));
  for (const usage of given) {
    if (!knownUsages.has(usage)) throw new TypeError(`${usage} is not a key usage`);
    if (usage !== "sign" && usage !== "verify") throw new DOMException(`HMAC keys cannot ${usage}`, "SyntaxError");
  }
  if (given.size === 0) throw new DOMException("A key without usages is of no use", "SyntaxError");
  return (["sign", "verify"] as const).filter((usage) => given.has(usage));
}

function unsupportedFormat(format: unknown): DOMException {
  return new DOMException(`The key format ${String(format)} is not supported`, "NotSupportedError");
}
