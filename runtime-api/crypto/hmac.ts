import { host } from "../host.ts";
import type { HashName } from "./key.ts";

/** Bytes of one block of each hash function. */
export const blockBytes: Readonly<Record<HashName, number>> = {
  "SHA-1": 64,
  "SHA-256": 64,
  "SHA-384": 128,
  "SHA-512": 128,
};

/** HMAC by its definition (RFC 2104): hash((key ^ opad) + hash((key ^ ipad) + message)). */
export function hmac(hash: HashName, secret: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = blockBytes[hash];
  const key = secret.length > size ? host.digest(hash, secret) : secret;
  const inner = host.digest(hash, padded(key, size, 0x36, message));
  return new Uint8Array(host.digest(hash, padded(key, size, 0x5c, inner)));
}

function padded(key: Uint8Array, size: number, pad: number, message: Uint8Array): Uint8Array {
  const all = new Uint8Array(size + message.length).fill(pad, 0, size);
  for (let i = 0; i < key.length; i++) all[i] = (key[i] as number) ^ pad;
  all.set(message, size);
  return all;
}

/** Takes the same time wherever the difference is. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
