import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import { LRUCache } from "lru-cache";
import type { KeyDescription } from "../../../runtime-api/crypto-ops.ts";
import { GuestFault } from "../op-arguments.ts";

/** Keys of an isolate that stay open: more than most functions have, at some kilobytes each. */
const mostOpen = 32;
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

type Attributes = Omit<KeyDescription, "sealed">;

/** A key of a guest's as Node has it. */
export class HeldKey {
  readonly object: KeyObject;
  readonly attributes: Attributes;
  #cryptoKey: webcrypto.CryptoKey | undefined;

  constructor(object: KeyObject, attributes: Attributes, cryptoKey?: webcrypto.CryptoKey) {
    this.object = object;
    this.attributes = attributes;
    this.#cryptoKey = cryptoKey;
  }

  /** Made when first needed: Node checks points of elliptic curves anew for it, which takes up to 3 ms. */
  get cryptoKey(): webcrypto.CryptoKey {
    const { algorithm, extractable, usages } = this.attributes;
    this.#cryptoKey ??= this.object.toCryptoKey(algorithm as never, extractable, usages as never);
    return this.#cryptoKey;
  }
}

/**
 * The keys of one isolate. None is kept for the guest: a key goes to it sealed (AES-256-GCM under a
 * secret of this isolate's), its garbage collector is what frees it, and it comes back with each
 * call. Those used last stay open, so that they need not be parsed anew. When the isolate ends, the
 * secret goes, and with it all of its keys.
 */
export class SealedKeys {
  readonly #secret = randomBytes(32);
  readonly #open = new LRUCache<string, HeldKey>({ max: mostOpen });
  #sealedSoFar = 0;

  seal(cryptoKey: webcrypto.CryptoKey): KeyDescription {
    const { type, extractable, usages } = cryptoKey;
    const algorithm: Record<string, unknown> = { ...cryptoKey.algorithm };
    if (algorithm.publicExponent instanceof Uint8Array) algorithm.publicExponent = [...algorithm.publicExponent];
    const attributes: Attributes = { type: type as Attributes["type"], extractable, algorithm, usages: [...usages] };
    return this.#sealed(KeyObject.from(cryptoKey), attributes, cryptoKey);
  }

  /** A key of node:crypto's, which crypto.subtle has no use for. */
  sealObject(object: KeyObject, algorithm: Readonly<Record<string, unknown>>): KeyDescription {
    return this.#sealed(object, { type: object.type, extractable: true, algorithm, usages: [] });
  }

  #sealed(object: KeyObject, attributes: Attributes, cryptoKey?: webcrypto.CryptoKey): KeyDescription {
    const sealed = this.#seal(attributes, materialOf(object));
    this.#open.set(sealed, new HeldKey(object, attributes, cryptoKey));
    return { ...attributes, sealed };
  }

  /** Throws a GuestFault for what was not sealed here. */
  open(sealed: string): HeldKey {
    const known = this.#open.get(sealed);
    if (known) return known;
    const plain = this.#unseal(sealed);
    const end = plain.indexOf(0);
    const attributes = JSON.parse(plain.toString("utf8", 0, end)) as Attributes;
    const key = new HeldKey(keyOf(attributes.type, plain.subarray(end + 1)), attributes);
    this.#open.set(sealed, key);
    return key;
  }

  #seal(attributes: Attributes, material: Buffer): string {
    const nonce = Buffer.alloc(nonceBytes);
    // A counter never comes twice, and the secret is no other isolate's.
    nonce.writeUIntBE(++this.#sealedSoFar, 0, 6);
    const sealing = createCipheriv(cipher, this.#secret, nonce);
    const text = sealing.update(`${JSON.stringify(attributes)}\0`);
    const rest = sealing.update(material);
    return Buffer.concat([nonce, text, rest, sealing.final(), sealing.getAuthTag()]).toString("base64");
  }

  #unseal(sealed: string): Buffer {
    const bytes = Buffer.from(sealed, "base64");
    try {
      const opening = createDecipheriv(cipher, this.#secret, bytes.subarray(0, nonceBytes));
      opening.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([opening.update(bytes.subarray(nonceBytes, -tagBytes)), opening.final()]);
    } catch (cause) {
      throw new GuestFault("the guest gave no key of its own", { cause });
    }
  }
}

function materialOf(key: KeyObject): Buffer {
  if (key.type === "secret") return key.export();
  return key.export({ format: "der", type: key.type === "public" ? "spki" : "pkcs8" }) as Buffer;
}

function keyOf(type: Attributes["type"], material: Buffer): KeyObject {
  if (type === "secret") return createSecretKey(material);
  if (type === "public") return createPublicKey({ key: material, format: "der", type: "spki" });
  return createPrivateKey({ key: material, format: "der", type: "pkcs8" });
}
