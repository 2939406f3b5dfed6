import { defineInterface } from "../webidl.ts";

export type KeyUsage = "sign" | "verify";
export type HashName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

export interface HmacKeyAlgorithm {
  readonly name: "HMAC";
  readonly hash: { readonly name: HashName };
  /** Bits. */
  readonly length: number;
}

const trusted = Symbol("trusted");

export class CryptoKey {
  readonly #algorithm: HmacKeyAlgorithm;
  readonly #extractable: boolean;
  readonly #usages: readonly KeyUsage[];
  readonly #secret: Uint8Array;

  constructor(...args: unknown[]) {
    const [key, algorithm, extractable, usages, secret] = args;
    if (key !== trusted) throw new TypeError("Illegal constructor");
    this.#algorithm = algorithm as HmacKeyAlgorithm;
    this.#extractable = extractable as boolean;
    this.#usages = usages as readonly KeyUsage[];
    this.#secret = secret as Uint8Array;
  }

  static secretOf(key: CryptoKey): Uint8Array {
    return key.#secret;
  }

  static isKey(value: unknown): value is CryptoKey {
    return typeof value === "object" && value !== null && #secret in value;
  }

  get type(): string {
    return "secret";
  }

  get extractable(): boolean {
    return this.#extractable;
  }

  get algorithm(): HmacKeyAlgorithm {
    const { hash, length } = this.#algorithm;
    return { name: "HMAC", hash: { name: hash.name }, length };
  }

  get usages(): KeyUsage[] {
    return [...this.#usages];
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { secretOf, isKey } = CryptoKey;
Reflect.deleteProperty(CryptoKey, "secretOf");
Reflect.deleteProperty(CryptoKey, "isKey");
defineInterface(CryptoKey, "CryptoKey", ["type", "extractable", "algorithm", "usages"]);

export function newKey(
  hash: HashName,
  secret: Uint8Array,
  bits: number,
  extractable: boolean,
  usages: readonly KeyUsage[],
): CryptoKey {
  return new CryptoKey(trusted, { name: "HMAC", hash: { name: hash }, length: bits }, extractable, usages, secret);
}
