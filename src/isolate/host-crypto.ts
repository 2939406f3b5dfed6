import { createHash, randomBytes as nodeRandomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { mostBytesAtOnce } from "../../runtime-api/crypto-ops.ts";
import { GuestFault, requireBytes } from "./op-arguments.ts";

const hashNames = new Map([
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
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
