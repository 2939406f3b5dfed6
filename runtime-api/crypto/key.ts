import type { KeyDescription } from "../crypto-ops.ts";
import { defineInterface } from "../webidl.ts";

const trusted = Symbol("trusted");
const { apply } = Reflect;
const { create, hasOwn, keys } = Object;
const { slice } = Array.prototype;

/** A copy with own properties only that its owner may change: `hash` and `publicExponent` are objects too. */
function copyAlgorithm(algorithm: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of keys(algorithm)) {
    const value = algorithm[name];
    if (name === "publicExponent") copy[name] = new Uint8Array(value as number[]);
    else copy[name] = name === "hash" ? { name: (value as { name: string }).name } : value;
  }
  return copy;
}

/** A key of which the guest has the attributes and, sealed by the host, the material. */
export class CryptoKey {
  readonly #description: KeyDescription;
  #algorithm: Record<string, unknown> | undefined;
  #usages: string[] | undefined;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw new TypeError("Illegal constructor");
    this.#description = args[1] as KeyDescription;
  }

  static descriptionOf(key: CryptoKey): KeyDescription {
    return key.#description;
  }

  static isKey(value: unknown): value is CryptoKey {
    return typeof value === "object" && value !== null && #description in value;
  }

  get type(): KeyDescription["type"] {
    return this.#description.type;
  }

  get extractable(): boolean {
    return this.#description.extractable;
  }

  /** The same object each time; what its owner does to it changes nothing but that. */
  get algorithm(): object {
    this.#algorithm ??= copyAlgorithm(this.#description.algorithm);
    return this.#algorithm;
  }

  /** The same array each time. */
  get usages(): string[] {
    this.#usages ??= apply(slice, this.#description.usages, []) as string[];
    return this.#usages;
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { descriptionOf, isKey } = CryptoKey;
Reflect.deleteProperty(CryptoKey, "descriptionOf");
Reflect.deleteProperty(CryptoKey, "isKey");
defineInterface(CryptoKey, "CryptoKey", ["type", "extractable", "algorithm", "usages"]);

export function newKey(description: KeyDescription): CryptoKey {
  return new CryptoKey(trusted, description);
}

/** Name of a key's algorithm, whatever its owner has done to `algorithm`. */
export function algorithmName(key: CryptoKey): string {
  return descriptionOf(key).algorithm.name as string;
}

/** An object that a tenant's additions to Object.prototype do not show in. */
export function plainRecord(): Record<string, unknown> {
  return create(null) as Record<string, unknown>;
}

export { hasOwn };
