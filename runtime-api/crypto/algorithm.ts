import { DOMException } from "../dom-exception.ts";
import { toDomString } from "../webidl.ts";
import type { HashName } from "./key.ts";

const hashNames: readonly HashName[] = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

function nameOf(algorithm: unknown): string {
  if (typeof algorithm !== "object" || algorithm === null) return toDomString(algorithm);
  const { name } = algorithm as { name?: unknown };
  if (name === undefined) throw new TypeError("the algorithm has no name");
  return toDomString(name);
}

/** Throws a NotSupportedError for anything but the four SHA functions. */
export function toHash(algorithm: unknown): HashName {
  const name = nameOf(algorithm).toUpperCase();
  const hash = hashNames.find((it) => it === name);
  if (!hash) throw new DOMException(`The hash function ${nameOf(algorithm)} is not supported`, "NotSupportedError");
  return hash;
}

/** Throws a NotSupportedError when the algorithm is another one. */
export function requireHmac(algorithm: unknown): void {
  const name = nameOf(algorithm);
  if (name.toUpperCase() !== "HMAC")
    throw new DOMException(`The algorithm ${name} is not supported`, "NotSupportedError");
}

export interface HmacParams {
  readonly hash: HashName;
  /** Bits; undefined when the caller leaves it to the key or the hash. */
  readonly length: number | undefined;
}

export function toHmacParams(algorithm: unknown): HmacParams {
  requireHmac(algorithm);
  const { hash, length } = (typeof algorithm === "object" ? algorithm : {}) as { hash?: unknown; length?: unknown };
  if (hash === undefined) throw new TypeError("HMAC: hash is required");
  return { hash: toHash(hash), length: length === undefined ? undefined : toLength(length) };
}

function toLength(value: unknown): number {
  const length = Math.trunc(Number(value));
  if (!(length >= 0 && length < 2 ** 32)) throw new TypeError("HMAC: length must be an unsigned 32-bit integer");
  return length;
}
