import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM, type KeyObject } from "node:crypto";
import type { NodeCipherStep } from "../../../runtime-api/crypto-ops.ts";
import { NodeFault } from "./node-fault.ts";
import { HeldKey } from "./sealed-keys.ts";

/** Ciphers that one request may have begun and not ended. */
const mostOfOne = 100;
/** Those of AES and ChaCha20. What else OpenSSL has is older, and much slower. */
const known = /^(?:aes-?(?:128|192|256)-(?:cbc|ctr|ecb|gcm)|id-aes(?:128|192|256)-gcm|chacha20-poly1305|chacha20)$/i;
const authenticates = /gcm$|poly1305$/i;

interface Running {
  readonly cipher: CipherGCM | DecipherGCM;
  /** It ends with a tag of its own. */
  readonly tags: boolean;
}

/** Ciphers that are fed piece by piece. They go with the request that they were begun for. */
export class NodeCiphers {
  readonly #byOwner = new WeakMap<object, Map<number, Running>>();
  #last = 0;

  start(
    owner: object,
    name: string,
    encrypts: boolean,
    key: unknown,
    iv: Uint8Array | null,
    authTagLength: number | null,
  ): number {
    if (!known.test(name)) throw new NodeFault("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
    const running = this.#byOwner.get(owner) ?? new Map<number, Running>();
    if (running.size >= mostOfOne) {
      throw new NodeFault("ERR_CRYPTO_INVALID_STATE", `at most ${mostOfOne} ciphers of one request may be open`);
    }
    const options = authTagLength === null ? undefined : { authTagLength };
    const create = (encrypts ? createCipheriv : createDecipheriv) as typeof createCipheriv;
    const cipher = create(name as "aes-128-gcm", keyOf(key), iv as Uint8Array, options) as CipherGCM;
    running.set(++this.#last, { cipher, tags: encrypts && authenticates.test(name) });
    this.#byOwner.set(owner, running);
    return this.#last;
  }

  /** What comes out. Throws for one that is over. */
  step(owner: object, id: number, step: NodeCipherStep): Uint8Array {
    const running = this.#byOwner.get(owner);
    const found = running?.get(id);
    if (!found) {
      throw new NodeFault("ERR_CRYPTO_INVALID_STATE", "The cipher is over, or was begun for a request that is");
    }
    const { cipher, tags } = found;
    if ("data" in step) return cipher.update(step.data);
    if ("aad" in step) {
      const { aad, plaintextLength } = step;
      cipher.setAAD(aad, (plaintextLength === undefined ? undefined : { plaintextLength }) as never);
    } else if ("tag" in step) (cipher as DecipherGCM).setAuthTag(step.tag);
    else if ("padding" in step) cipher.setAutoPadding(step.padding);
    else {
      running?.delete(id);
      const rest = cipher.final();
      return tags ? Buffer.concat([rest, (cipher as CipherGCM).getAuthTag()]) : rest;
    }
    return new Uint8Array(0);
  }
}

function keyOf(key: unknown): Uint8Array | KeyObject {
  return key instanceof HeldKey ? key.object : (key as Uint8Array);
}
