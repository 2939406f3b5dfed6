import { decodeBase64Url, encodeBase64Url } from "../base64.ts";
import { DOMException } from "../dom-exception.ts";
import type { HashName, KeyUsage } from "./key.ts";

export interface JsonWebKey {
  kty?: string;
  k?: string;
  alg?: string;
  use?: string;
  key_ops?: readonly string[];
  ext?: boolean;
}

function joseName(hash: HashName): string {
  return `HS${hash.slice(4)}`;
}

/** The secret in a symmetric key. Throws a DataError when the key does not fit what is asked for. */
export function fromJwk(jwk: unknown, hash: HashName, extractable: boolean, usages: readonly KeyUsage[]): Uint8Array {
  if (typeof jwk !== "object" || jwk === null || ArrayBuffer.isView(jwk))
    throw new TypeError("importKey: a JsonWebKey is required");
  const { kty, k, alg, use, key_ops, ext } = jwk as JsonWebKey;
  const secret = typeof k === "string" ? decodeBase64Url(k) : undefined;
  if (kty !== "oct" || !secret) throw dataError("it is not a symmetric key");
  if (alg !== undefined && alg !== joseName(hash)) throw dataError(`alg is not ${joseName(hash)}`);
  if (use !== undefined && use !== "sig" && usages.length > 0) throw dataError("use is not sig");
  if (key_ops && !usages.every((usage) => key_ops.includes(usage))) throw dataError("key_ops lacks a usage");
  if (ext === false && extractable) throw dataError("it is not extractable");
  return secret;
}

export function toJwk(
  secret: Uint8Array,
  hash: HashName,
  extractable: boolean,
  usages: readonly KeyUsage[],
): JsonWebKey {
  return { kty: "oct", k: encodeBase64Url(secret), alg: joseName(hash), key_ops: [...usages], ext: extractable };
}

export function dataError(why: string): DOMException {
  return new DOMException(`The key cannot be imported: ${why}`, "DataError");
}
