import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
  timingSafeEqual,
} from "node:crypto";
import type { SubtleAnswer, SubtleMethod } from "../../../runtime-api/crypto-ops.ts";
import { quickGenerate, quickImport } from "./quick-keys.ts";
import { HeldKey, type SealedKeys } from "./sealed-keys.ts";
import { answerOf, type ReadCall } from "./subtle-call.ts";

/* What is done in at most some 150 µs, for which a change of threads and an entry of its own would be dear. */

interface Algorithm {
  readonly name: string;
  readonly hash?: string | { readonly name: string };
  readonly iv?: Uint8Array;
  readonly counter?: Uint8Array;
  readonly length?: number;
  readonly additionalData?: Uint8Array;
  readonly tagLength?: number;
  readonly salt?: Uint8Array;
  readonly info?: Uint8Array;
  readonly saltLength?: number;
  readonly public?: HeldKey;
}

const nodeHashes: Readonly<Record<string, string>> = {
  ...{ "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" },
  ...{ "SHA3-256": "sha3-256", "SHA3-384": "sha3-384", "SHA3-512": "sha3-512" },
};
const quickCurves: readonly unknown[] = ["P-256"];
const longestQuickModulus = 4096;

/**
 * The answer, if it can be had at once and without an error. Undefined for all else: Node's
 * SubtleCrypto is asked then, which makes all checks in the standard's order.
 */
export function quickly({ method, args }: ReadCall, keys: SealedKeys): SubtleAnswer | undefined {
  const quick = quicks[method as SubtleMethod];
  if (!quick) return undefined;
  try {
    const value = quick(...(args as never[]));
    if (value === undefined) return undefined;
    return value instanceof Uint8Array ? value : answerOf(value, keys);
  } catch {
    return undefined;
  }
}

const quicks: Partial<Record<SubtleMethod, (...args: never[]) => unknown>> = {
  ...{ digest, sign, verify, encrypt, decrypt, deriveBits, exportKey },
  ...{ importKey: quickImport, generateKey: quickGenerate },
};

function digest({ name }: Algorithm, data: Uint8Array): Uint8Array | undefined {
  const hash = nodeHashes[name];
  return hash === undefined ? undefined : createHash(hash).update(data).digest();
}

function isFor({ attributes }: HeldKey, { name }: Algorithm, usage: string): boolean {
  return attributes.algorithm.name === name && attributes.usages.includes(usage);
}

function hashOf(holder: { readonly hash?: unknown }): string | undefined {
  const { hash } = holder as Algorithm;
  return nodeHashes[(typeof hash === "object" ? hash.name : hash) ?? ""];
}

function sign(algorithm: Algorithm, key: HeldKey, data: Uint8Array): Uint8Array | undefined {
  if (!isFor(key, algorithm, "sign")) return undefined;
  if (algorithm.name === "HMAC") return hmac(key, data);
  if (algorithm.name === "Ed25519") return nodeSign(null, data, key.object);
  const { namedCurve } = key.attributes.algorithm;
  const hash = hashOf(algorithm);
  if (algorithm.name !== "ECDSA" || hash === undefined || !quickCurves.includes(namedCurve)) return undefined;
  return nodeSign(hash, data, { key: key.object, dsaEncoding: "ieee-p1363" });
}

function verify(algorithm: Algorithm, key: HeldKey, signature: Uint8Array, data: Uint8Array): boolean | undefined {
  if (!isFor(key, algorithm, "verify")) return undefined;
  switch (algorithm.name) {
    case "HMAC": {
      const expected = hmac(key, data);
      return expected && expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    case "Ed25519":
      return nodeVerify(null, data, key.object, signature);
    case "ECDSA": {
      const hash = hashOf(algorithm);
      if (hash === undefined || !quickCurves.includes(key.attributes.algorithm.namedCurve)) return undefined;
      return nodeVerify(hash, data, { key: key.object, dsaEncoding: "ieee-p1363" }, signature);
    }
    case "RSASSA-PKCS1-v1_5":
      return verifyRsa(key, signature, data);
    default:
      return undefined;
  }
}

function verifyRsa(key: HeldKey, signature: Uint8Array, data: Uint8Array): boolean | undefined {
  const { modulusLength, publicExponent } = key.attributes.algorithm as {
    modulusLength: number;
    publicExponent: readonly number[];
  };
  const hash = hashOf(key.attributes.algorithm);
  if (hash === undefined || modulusLength > longestQuickModulus || publicExponent.length > 4) return undefined;
  return nodeVerify(hash, data, key.object, signature);
}

function hmac({ object, attributes }: HeldKey, data: Uint8Array): Uint8Array | undefined {
  const hash = hashOf(attributes.algorithm);
  return hash === undefined ? undefined : createHmac(hash, object).update(data).digest();
}

/** Node's name of the cipher, and the bits of its key. */
function cipherOf(key: HeldKey, mode: string): string {
  return `aes-${key.attributes.algorithm.length}-${mode}`;
}

function encrypt(algorithm: Algorithm, key: HeldKey, data: Uint8Array): Uint8Array | undefined {
  if (!isFor(key, algorithm, "encrypt")) return undefined;
  const { name, iv, additionalData } = algorithm;
  if (name === "AES-GCM" && iv) {
    const cipher = createCipheriv(cipherOf(key, "gcm") as "aes-256-gcm", key.object, iv, {
      authTagLength: (algorithm.tagLength ?? 128) / 8,
    });
    if (additionalData) cipher.setAAD(additionalData);
    return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  }
  const cipher = plainCipher(createCipheriv, algorithm, key, data.length);
  return cipher && Buffer.concat([cipher.update(data), cipher.final()]);
}

function decrypt(algorithm: Algorithm, key: HeldKey, data: Uint8Array): Uint8Array | undefined {
  if (!isFor(key, algorithm, "decrypt")) return undefined;
  const { name, iv, additionalData } = algorithm;
  if (name === "AES-GCM" && iv) {
    const tagBytes = (algorithm.tagLength ?? 128) / 8;
    const decipher = createDecipheriv(cipherOf(key, "gcm") as "aes-256-gcm", key.object, iv, {
      authTagLength: tagBytes,
    });
    if (additionalData) decipher.setAAD(additionalData);
    decipher.setAuthTag(data.subarray(data.length - tagBytes));
    return Buffer.concat([decipher.update(data.subarray(0, data.length - tagBytes)), decipher.final()]);
  }
  const decipher = plainCipher(createDecipheriv, algorithm, key, data.length);
  return decipher && Buffer.concat([decipher.update(data), decipher.final()]);
}

function plainCipher<T>(
  create: (cipher: string, key: KeyObject, iv: Uint8Array) => T,
  { name, iv, counter, length = 0 }: Algorithm,
  key: HeldKey,
  bytes: number,
): T | undefined {
  if (name === "AES-CBC" && iv) return create(cipherOf(key, "cbc"), key.object, iv);
  if (name !== "AES-CTR" || counter?.length !== 16 || length < 32 || length > 128) return undefined;
  // Node's counter has 128 bits. As long as its last 32 do not overflow, one of fewer bits counts the same.
  const last = new DataView(counter.buffer, counter.byteOffset + 12, 4).getUint32(0);
  return last + Math.ceil(bytes / 16) < 2 ** 32 ? create(cipherOf(key, "ctr"), key.object, counter) : undefined;
}

function deriveBits(algorithm: Algorithm, key: HeldKey, length: unknown): Uint8Array | undefined {
  if (!isFor(key, algorithm, "deriveBits") || typeof length !== "number" || length % 8 !== 0) return undefined;
  const { name, salt, info, public: other } = algorithm;
  if (name === "HKDF") {
    const hash = hashOf(algorithm);
    if (hash === undefined || !salt || !info || length === 0) return undefined;
    return new Uint8Array(hkdfSync(hash, key.object, salt, info, length / 8));
  }
  if (!(other instanceof HeldKey) || other.attributes.type !== "public" || key.attributes.type !== "private") {
    return undefined;
  }
  const { algorithm: own } = key.attributes;
  const fits = other.attributes.algorithm.name === name && other.attributes.algorithm.namedCurve === own.namedCurve;
  if (!fits || (name !== "X25519" && !quickCurves.includes(own.namedCurve)) || length > 256) return undefined;
  return diffieHellman({ privateKey: key.object, publicKey: other.object }).subarray(0, length / 8);
}

/** Formats of secret keys that give the bytes themselves. */
function exportKey(format: string, { object, attributes }: HeldKey): Uint8Array | undefined {
  const { algorithm, extractable } = attributes;
  const raw =
    format === "raw-secret" || (format === "raw" && /^(HMAC|AES-(CBC|CTR|GCM|KW))$/.test(String(algorithm.name)));
  return object.type === "secret" && extractable && raw ? object.export() : undefined;
}
