import { DOMException } from "../dom-exception.ts";
import { SafeMap } from "../tamper-proof.ts";
import { toDomString } from "../webidl.ts";
import { type DictionaryName, dictionaries, isHash, type Member } from "./dictionaries.ts";
import { hasOwn, plainRecord } from "./key.ts";

/** What algorithms are registered for, in the standard's words. */
export type Operation =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "digest"
  | "generateKey"
  | "deriveBits"
  | "get key length"
  | "importKey"
  | "wrapKey"
  | "unwrapKey"
  | "encapsulate"
  | "decapsulate";

/** By operation and dictionary, the algorithms' names. */
type Registrations = Readonly<Record<Operation, Partial<Record<DictionaryName, readonly string[]>>>>;

const { keys } = Object;
const aes = ["AES-CBC", "AES-CTR", "AES-GCM", "AES-KW", "AES-OCB"];
const rsa = ["RSASSA-PKCS1-v1_5", "RSA-PSS", "RSA-OAEP"];
const mlDsa = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
const mlKem = ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"];
const kmac = ["KMAC128", "KMAC256"];
const argon2 = ["Argon2d", "Argon2i", "Argon2id"];
const passwords = ["HKDF", "PBKDF2", ...argon2];
const montgomery = ["X25519", "X448"];
const edwards = ["Ed25519", "Ed448"];
const hashes = ["SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512"];

const ciphers: Registrations["encrypt"] = {
  AesCbcParams: ["AES-CBC"],
  AesCtrParams: ["AES-CTR"],
  AeadParams: ["AES-GCM", "AES-OCB", "ChaCha20-Poly1305"],
  RsaOaepParams: ["RSA-OAEP"],
};
const signatures: Registrations["sign"] = {
  none: ["RSASSA-PKCS1-v1_5", "Ed25519", "HMAC"],
  RsaPssParams: ["RSA-PSS"],
  EcdsaParams: ["ECDSA"],
  ContextParams: ["Ed448", ...mlDsa],
  KmacParams: kmac,
};

const registrations: Registrations = {
  encrypt: ciphers,
  decrypt: ciphers,
  sign: signatures,
  verify: signatures,
  digest: {
    none: hashes,
    CShakeParams: ["cSHAKE128", "cSHAKE256"],
    KangarooTwelveParams: ["KT128", "KT256"],
    TurboShakeParams: ["TurboSHAKE128", "TurboSHAKE256"],
  },
  generateKey: {
    none: [...edwards, ...montgomery, ...mlDsa, ...mlKem, "ChaCha20-Poly1305"],
    AesKeyParams: aes,
    RsaHashedKeyGenParams: rsa,
    EcKeyParams: ["ECDSA", "ECDH"],
    HmacKeyParams: ["HMAC"],
    KmacKeyParams: kmac,
  },
  deriveBits: {
    EcdhKeyDeriveParams: ["ECDH", ...montgomery],
    HkdfParams: ["HKDF"],
    Pbkdf2Params: ["PBKDF2"],
    Argon2Params: argon2,
  },
  "get key length": {
    none: ["ChaCha20-Poly1305", ...passwords],
    AesKeyParams: aes,
    HmacKeyParams: ["HMAC"],
    KmacKeyParams: kmac,
  },
  importKey: {
    none: [...aes, ...edwards, ...montgomery, ...mlDsa, ...mlKem, ...passwords, "ChaCha20-Poly1305"],
    RsaHashedImportParams: rsa,
    EcKeyParams: ["ECDSA", "ECDH"],
    HmacKeyParams: ["HMAC"],
    KmacKeyParams: kmac,
  },
  wrapKey: { none: ["AES-KW"] },
  unwrapKey: { none: ["AES-KW"] },
  encapsulate: { none: mlKem },
  decapsulate: { none: mlKem },
};

interface Registered {
  readonly name: string;
  readonly members: Readonly<Record<string, Member>>;
}

const byOperation = new SafeMap<Operation, SafeMap<string, Registered>>();
for (const operation of keys(registrations) as Operation[]) {
  const byName = new SafeMap<string, Registered>();
  for (const dictionary of keys(registrations[operation]) as DictionaryName[]) {
    for (const name of registrations[operation][dictionary] ?? []) {
      byName.set(name.toUpperCase(), { name, members: dictionaries[dictionary] });
    }
  }
  byOperation.set(operation, byName);
}

/** A normalized algorithm: its registered name, and its dictionary's members. */
export type Algorithm = Record<string, unknown> & { name: string };

/**
 * "Normalize an algorithm" of the Web Cryptography API. Throws a NotSupportedError for one that is not
 * registered for the operation, and a TypeError for members that are not as they must be.
 */
export function normalizeAlgorithm(algorithm: object | string, operation: Operation): Algorithm {
  const given = typeof algorithm === "string" ? { name: algorithm } : (algorithm as Record<string, unknown>);
  const { name } = given;
  if (name === undefined) throw new TypeError("the algorithm has no name");
  const text = toDomString(name);
  const registered = byOperation.get(operation)?.get(text.toUpperCase());
  if (!registered) throw notSupported(`The algorithm ${text} is not supported here`);
  const normalized = plainRecord() as Algorithm;
  normalized.name = registered.name;
  const { members } = registered;
  for (const member of keys(members)) {
    const { convert, required } = members[member] as Member;
    const value = given[member];
    if (value !== undefined) normalized[member] = convert(value, `${registered.name}: ${member}`);
    else if (required) throw new TypeError(`${registered.name}: ${member} is required`);
  }
  if (hasOwn(members, "hash") && (members.hash as Member).convert === isHash) {
    normalized.hash = normalizeHash(normalized.hash as object | string);
  }
  return normalized;
}

/** Only SHA functions stand in for a hash; those with parameters of their own do not. */
function normalizeHash(hash: object | string): Algorithm {
  const normalized = normalizeAlgorithm(hash, "digest");
  if (!hashes.includes(normalized.name))
    throw notSupported(`The hash function ${normalized.name} is not supported here`);
  return normalized;
}

/** What wraps keys: an algorithm of its own for that, or any cipher. */
export function normalizeWrapping(algorithm: object | string, wraps: boolean): Algorithm {
  try {
    return normalizeAlgorithm(algorithm, wraps ? "wrapKey" : "unwrapKey");
  } catch {
    return normalizeAlgorithm(algorithm, wraps ? "encrypt" : "decrypt");
  }
}

function notSupported(message: string): DOMException {
  return new DOMException(message, "NotSupportedError");
}
