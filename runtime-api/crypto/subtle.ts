import { mostBytesAtOnce } from "../crypto-ops.ts";
import { host } from "../host.ts";
import { defineInterface, requireArguments } from "../webidl.ts";
import { type Algorithm, normalizeAlgorithm, normalizeWrapping, type Operation } from "./algorithms.ts";
import { toFormat, toJwk, toLength, toUsages } from "./arguments.ts";
import { toAlgorithmIdentifier, toBytes, toKey } from "./dictionaries.ts";
import { timingSafeEqual } from "./equal.ts";
import { callHost } from "./host-calls.ts";
import { plainRecord } from "./key.ts";

const trusted = Symbol("trusted");
/** What the host hashes without being asked by way of JSON. */
const plainHashes = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/** Every method is async, so that what is wrong comes as a rejection; arguments are read before it returns. */
export class SubtleCrypto {
  readonly #real = true;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw new TypeError("Illegal constructor");
  }

  async encrypt(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
    return this.#withKey("encrypt", arguments, algorithm, key, data);
  }

  async decrypt(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
    return this.#withKey("decrypt", arguments, algorithm, key, data);
  }

  async sign(algorithm: unknown, key: unknown, data: unknown): Promise<unknown> {
    return this.#withKey("sign", arguments, algorithm, key, data);
  }

  async verify(algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<unknown> {
    this.#begin("verify", arguments, 4);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [toKey(key, "key"), toBytes(signature, "signature"), toBytes(data, "data")];
    return callHost("verify", [normalizeAlgorithm(identifier, "verify"), ...args]);
  }

  async digest(algorithm: unknown, data: unknown): Promise<unknown> {
    this.#begin("digest", arguments, 2);
    const identifier = toAlgorithmIdentifier(algorithm);
    const bytes = toBytes(data, "data");
    const normalized = normalizeAlgorithm(identifier, "digest");
    if (bytes.length > mostBytesAtOnce || !plainHashes.includes(normalized.name)) {
      return callHost("digest", [normalized, bytes]);
    }
    return new Uint8Array(host.digest(normalized.name, bytes)).buffer;
  }

  async generateKey(algorithm: unknown, extractable: unknown, keyUsages: unknown): Promise<unknown> {
    this.#begin("generateKey", arguments, 3);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [Boolean(extractable), toUsages(keyUsages)];
    return callHost("generateKey", [normalizeAlgorithm(identifier, "generateKey"), ...args]);
  }

  async deriveKey(
    algorithm: unknown,
    baseKey: unknown,
    derivedKeyType: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<unknown> {
    this.#begin("deriveKey", arguments, 5);
    const identifier = toAlgorithmIdentifier(algorithm);
    const base = toKey(baseKey, "baseKey");
    const derived = toAlgorithmIdentifier(derivedKeyType);
    const rest = [Boolean(extractable), toUsages(keyUsages)];
    const normalized = normalizeAlgorithm(identifier, "deriveBits");
    const imported = normalizeAlgorithm(derived, "importKey");
    return callHost("deriveKey", [
      normalized,
      base,
      merged(imported, normalizeAlgorithm(derived, "get key length")),
      ...rest,
    ]);
  }

  async deriveBits(algorithm: unknown, baseKey: unknown, length: unknown = null): Promise<unknown> {
    this.#begin("deriveBits", arguments, 2);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [toKey(baseKey, "baseKey"), toLength(length)];
    return callHost("deriveBits", [normalizeAlgorithm(identifier, "deriveBits"), ...args]);
  }

  async importKey(
    format: unknown,
    keyData: unknown,
    algorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<unknown> {
    this.#begin("importKey", arguments, 5);
    const name = toFormat(format);
    const data = name === "jwk" ? toJwk(keyData) : toBytes(keyData, "keyData");
    const identifier = toAlgorithmIdentifier(algorithm);
    const rest = [Boolean(extractable), toUsages(keyUsages)];
    return callHost("importKey", [name, data, normalizeAlgorithm(identifier, "importKey"), ...rest]);
  }

  async exportKey(format: unknown, key: unknown): Promise<unknown> {
    this.#begin("exportKey", arguments, 2);
    return callHost("exportKey", [toFormat(format), toKey(key, "key")]);
  }

  async wrapKey(format: unknown, key: unknown, wrappingKey: unknown, wrapAlgorithm: unknown): Promise<unknown> {
    this.#begin("wrapKey", arguments, 4);
    const args = [toFormat(format), toKey(key, "key"), toKey(wrappingKey, "wrappingKey")];
    return callHost("wrapKey", [...args, normalizeWrapping(toAlgorithmIdentifier(wrapAlgorithm), true)]);
  }

  async unwrapKey(
    format: unknown,
    wrappedKey: unknown,
    unwrappingKey: unknown,
    unwrapAlgorithm: unknown,
    unwrappedKeyAlgorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<unknown> {
    this.#begin("unwrapKey", arguments, 7);
    const args = [toFormat(format), toBytes(wrappedKey, "wrappedKey"), toKey(unwrappingKey, "unwrappingKey")];
    const wrapping = toAlgorithmIdentifier(unwrapAlgorithm);
    const unwrapped = toAlgorithmIdentifier(unwrappedKeyAlgorithm);
    const rest = [Boolean(extractable), toUsages(keyUsages)];
    const algorithms = [normalizeWrapping(wrapping, false), normalizeAlgorithm(unwrapped, "importKey")];
    return callHost("unwrapKey", [...args, ...algorithms, ...rest]);
  }

  async getPublicKey(key: unknown, keyUsages: unknown): Promise<unknown> {
    this.#begin("getPublicKey", arguments, 2);
    return callHost("getPublicKey", [toKey(key, "key"), toUsages(keyUsages)]);
  }

  async encapsulateKey(
    algorithm: unknown,
    key: unknown,
    sharedKeyAlgorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<unknown> {
    this.#begin("encapsulateKey", arguments, 5);
    const identifier = toAlgorithmIdentifier(algorithm);
    const encapsulating = toKey(key, "encapsulationKey");
    const shared = toAlgorithmIdentifier(sharedKeyAlgorithm);
    const rest = [Boolean(extractable), toUsages(keyUsages)];
    const normalized = normalizeAlgorithm(identifier, "encapsulate");
    return callHost("encapsulateKey", [normalized, encapsulating, normalizeAlgorithm(shared, "importKey"), ...rest]);
  }

  async encapsulateBits(algorithm: unknown, key: unknown): Promise<unknown> {
    this.#begin("encapsulateBits", arguments, 2);
    const identifier = toAlgorithmIdentifier(algorithm);
    const encapsulating = toKey(key, "encapsulationKey");
    return callHost("encapsulateBits", [normalizeAlgorithm(identifier, "encapsulate"), encapsulating]);
  }

  async decapsulateKey(
    algorithm: unknown,
    key: unknown,
    ciphertext: unknown,
    sharedKeyAlgorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<unknown> {
    this.#begin("decapsulateKey", arguments, 6);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [toKey(key, "decapsulationKey"), toBytes(ciphertext, "ciphertext")];
    const shared = toAlgorithmIdentifier(sharedKeyAlgorithm);
    const rest = [Boolean(extractable), toUsages(keyUsages)];
    const normalized = normalizeAlgorithm(identifier, "decapsulate");
    return callHost("decapsulateKey", [normalized, ...args, normalizeAlgorithm(shared, "importKey"), ...rest]);
  }

  async decapsulateBits(algorithm: unknown, key: unknown, ciphertext: unknown): Promise<unknown> {
    this.#begin("decapsulateBits", arguments, 3);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [toKey(key, "decapsulationKey"), toBytes(ciphertext, "ciphertext")];
    return callHost("decapsulateBits", [normalizeAlgorithm(identifier, "decapsulate"), ...args]);
  }

  /** Not of the standard, but of Workers and Node: compares in a time that tells nothing of where they differ. */
  timingSafeEqual(a: unknown, b: unknown): boolean {
    this.#begin("timingSafeEqual", arguments, 2);
    return timingSafeEqual(a, b);
  }

  #withKey(
    method: Operation & ("encrypt" | "decrypt" | "sign"),
    given: IArguments,
    algorithm: unknown,
    key: unknown,
    data: unknown,
  ): unknown {
    this.#begin(method, given, 3);
    const identifier = toAlgorithmIdentifier(algorithm);
    const args = [toKey(key, "key"), toBytes(data, "data")];
    return callHost(method, [normalizeAlgorithm(identifier, method), ...args]);
  }

  #begin(method: string, given: IArguments, required: number): void {
    if (!this.#real) throw new TypeError("Illegal invocation");
    requireArguments(given.length, required, method);
  }
}
defineInterface(SubtleCrypto, "SubtleCrypto");

export const subtle = new SubtleCrypto(trusted);

/** One dictionary of both. */
function merged(one: Algorithm, other: Algorithm): Record<string, unknown> {
  return Object.assign(plainRecord(), one, other);
}
