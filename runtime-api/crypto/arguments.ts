import { toDomString } from "../webidl.ts";
import { hasOwn, plainRecord } from "./key.ts";

const formats = ["raw", "raw-public", "raw-seed", "raw-secret", "raw-private", "pkcs8", "spki", "jwk"];
const usages = [
  ...["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"],
  ...["encapsulateKey", "encapsulateBits", "decapsulateKey", "decapsulateBits"],
];
const jwkTexts = ["alg", "crv", "d", "dp", "dq", "e", "k", "kty", "n", "p", "priv", "pub", "q", "qi", "use", "x", "y"];

export function toFormat(value: unknown): string {
  const format = toDomString(value);
  if (!formats.includes(format)) throw new TypeError(`${format} is not a format of keys`);
  return format;
}

function toSequence(value: unknown, what: string): string[] {
  if (typeof value !== "object" || value === null) throw new TypeError(`${what} must be a sequence`);
  const iterate: unknown = (value as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (typeof iterate !== "function") throw new TypeError(`${what} must be a sequence`);
  const texts: string[] = [];
  for (const item of value as Iterable<unknown>) texts.push(toDomString(item));
  return texts;
}

export function toUsages(value: unknown): string[] {
  const given = toSequence(value, "keyUsages");
  for (const usage of given) if (!usages.includes(usage)) throw new TypeError(`${usage} is not a key usage`);
  return given;
}

/** `unsigned long?` without [EnforceRange]; undefined stands for null. */
export function toLength(value: unknown): number | null {
  return value === undefined || value === null ? null : Number(value) >>> 0;
}

/** The dictionary JsonWebKey. Throws a TypeError for anything but an object, and for bytes, which Node would take for an empty one. */
export function toJwk(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new TypeError("a JsonWebKey is required");
  }
  const given = value as Record<string, unknown>;
  const jwk = plainRecord();
  for (const member of jwkTexts) if (given[member] !== undefined) jwk[member] = toDomString(given[member]);
  if (given.ext !== undefined) jwk.ext = Boolean(given.ext);
  if (given.key_ops !== undefined) jwk.key_ops = toSequence(given.key_ops, "key_ops");
  if (hasOwn(given, "oth")) jwk.oth = [];
  return jwk;
}
