import { createHash, randomBytes as nodeRandomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { mostBytesAtOnce } from "../../runtime-api/crypto-ops.ts";
import { GuestFault, requireBytes } from "./op-arguments.ts";

/** Node's names of the hash functions that guests may ask for. */
export const hashNames: ReadonlyMap<string, string> = new Map([
  ["MD5", "md5"],
  ["RIPEMD-160", "ripemd160"],
  ["SHA-1", "sha1"],
  ["SHA-224", "sha224"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
  ["SHA-512/224", "sha512-224"],
  ["SHA-512/256", "sha512-256"],
  ["SHA3-224", "sha3-224"],
  ["SHA3-256", "sha3-256"],
  ["SHA3-384", "sha3-384"],
  ["SHA3-512", "sha3-512"],
]);

/** What crypto.getRandomValues may ask for at once. */
const maxRandomBytes = 65_536;

export function randomBytes(length: number): Uint8Array {
  return nodeRandomBytes(Math.min(Math.max(0, length | 0), maxRandomBytes));
}

export function randomUuid(): string {
  return randomUUID();
}

/** Empty for an unknown algorithm: the guest side checks the name before it asks. */
export function digest(algorithm: string, bytes: Uint8Array): Uint8Array {
  requireBytes(bytes);
  if (bytes.length > mostBytesAtOnce) throw new GuestFault("the guest gave too much at once");
  const name = hashNames.get(algorithm);
  return name === undefined ? new Uint8Array(0) : createHash(name).update(bytes).digest();
}

/** Takes the same time wherever the difference is. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes(a);
  requireBytes(b);
  return a.length === b.length && timingSafeEqual(a, b);
}
