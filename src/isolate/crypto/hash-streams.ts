import { createHash, type Hash } from "node:crypto";
import { mostBytesAtOnce } from "../../../runtime-api/crypto-ops.ts";
import { hashNames } from "../host-crypto.ts";
import { GuestFault, requireBytes } from "../op-arguments.ts";

/** Hashes that one request may have begun and not ended. */
const mostOfOne = 100;

/** Hashes that are fed piece by piece. They go with the request that they were begun for. */
export class HashStreams {
  readonly #byOwner = new WeakMap<object, Map<number, Hash>>();

  /** False if `owner` has too many. */
  start(owner: object, id: number, algorithm: string): boolean {
    const name = hashNames.get(algorithm);
    if (name === undefined) throw new GuestFault("the guest gave no hash function");
    const hashes = this.#byOwner.get(owner) ?? new Map<number, Hash>();
    if (hashes.size >= mostOfOne) return false;
    this.#byOwner.set(owner, hashes.set(id, createHash(name)));
    return true;
  }

  update(owner: object, id: number, bytes: Uint8Array): void {
    requireBytes(bytes);
    if (bytes.length > mostBytesAtOnce) throw new GuestFault("the guest gave too much at once");
    this.#byOwner.get(owner)?.get(id)?.update(bytes);
  }

  /** Undefined for what is over. */
  finish(owner: object, id: number): Uint8Array | undefined {
    const hashes = this.#byOwner.get(owner);
    const digest = hashes?.get(id)?.digest();
    hashes?.delete(id);
    return digest;
  }
}
