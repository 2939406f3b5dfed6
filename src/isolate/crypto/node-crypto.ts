import {
  diffieHellman,
  getFips,
  type JsonWebKey,
  scrypt as nodeScrypt,
  sign as nodeSign,
  verify as nodeVerify,
  pbkdf2Sync,
  privateDecrypt,
  privateEncrypt,
  publicDecrypt,
  publicEncrypt,
  scryptSync,
} from "node:crypto";
import { promisify } from "node:util";
import {
  mostNodeBytes,
  type NodeCipherStep,
  type NodeCryptoMethod,
  type NodeKeyEncoding,
  type NodeRsaMethod,
  type NodeRsaOptions,
  type NodeSignatureOptions,
  nodeRsaMethods,
  type SubtleAnswer,
} from "../../../runtime-api/crypto-ops.ts";
import { GuestFault } from "../op-arguments.ts";
import { NodeCiphers } from "./node-ciphers.ts";
import { NodeFault } from "./node-fault.ts";
import { createKey, exported, generated, publicOf } from "./node-keys.ts";
import { HeldKey, type SealedKeys } from "./sealed-keys.ts";
import { failure, type ReadCall } from "./subtle-call.ts";

type Method = (owner: object, ...args: readonly unknown[]) => unknown;
type Digest = string;
type Cost = { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number };
const asynchronously = promisify<Uint8Array, Uint8Array, number, object, Buffer>(nodeScrypt);
const rsa: Readonly<Record<NodeRsaMethod, typeof publicEncrypt>> = {
  ...{ publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt },
};

/** What one isolate asks of node:crypto, and is done at once within the op. Whoever calls has looked at its price. */
export class NodeCrypto {
  readonly #keys: SealedKeys;
  readonly #ciphers = new NodeCiphers();

  constructor(keys: SealedKeys) {
    this.#keys = keys;
  }

  /** @param owner the request that ciphers end with. */
  call(owner: object, { method, args }: ReadCall): SubtleAnswer {
    try {
      const run = this.#methods[method as Exclude<NodeCryptoMethod, "node.scrypt">] as Method;
      const value = run(owner, ...args);
      return value instanceof Uint8Array || typeof value === "boolean" ? value : JSON.stringify(value);
    } catch (error) {
      forgetErrors();
      if (error instanceof GuestFault) throw error;
      return nodeFailureOf(error);
    }
  }

  readonly #methods = {
    "node.createKey": (_: object, type: "private" | "public", data: unknown, encoding: NodeKeyEncoding) => ({
      key: createKey(type, data, encoding, this.#keys),
    }),
    "node.publicOf": (_: object, key: unknown) => ({ key: publicOf(held(key), this.#keys) }),
    "node.exportKey"(_: object, key: unknown, encoding: NodeKeyEncoding) {
      const value = exported(held(key), encoding);
      return value instanceof Uint8Array ? value : { jwk: value satisfies JsonWebKey };
    },
    "node.generateKeyPair": (_: object, type: string, namedCurve: string) => generated(type, namedCurve, this.#keys),
    "node.sign": (_: object, hash: Digest | null, data: Uint8Array, key: unknown, options: NodeSignatureOptions) =>
      nodeSign(hash, data, { ...signatureOptions(options), key: held(key).object }),
    "node.verify": (
      _: object,
      hash: Digest | null,
      data: Uint8Array,
      key: unknown,
      options: NodeSignatureOptions,
      signature: Uint8Array,
    ) => nodeVerify(hash, data, { ...signatureOptions(options), key: held(key).object }, signature),
    "node.crypt"(_: object, how: NodeRsaMethod, key: unknown, data: Uint8Array, options: NodeRsaOptions) {
      if (!nodeRsaMethods.includes(how)) throw new GuestFault("the guest gave no way to encrypt");
      const { padding, oaepHash, oaepLabel } = options;
      return rsa[how](given({ key: held(key).object, padding, oaepHash, oaepLabel }), data);
    },
    "node.diffieHellman": (_: object, privateKey: unknown, publicKey: unknown) =>
      diffieHellman({ privateKey: held(privateKey).object, publicKey: held(publicKey).object }),
    "node.startCipher": (
      owner: object,
      name: string,
      encrypts: boolean,
      key: unknown,
      iv: Uint8Array | null,
      tagBytes: number | null,
    ) => ({ cipher: this.#ciphers.start(owner, name, encrypts, key, iv, tagBytes) }),
    "node.stepCipher": (owner: object, id: number, step: NodeCipherStep) => this.#ciphers.step(owner, id, step),
    "node.pbkdf2": (
      _: object,
      password: Uint8Array,
      salt: Uint8Array,
      length: number,
      iterations: number,
      digest: Digest,
    ) => pbkdf2Sync(password, salt, iterations, length, digest),
    "node.scryptSync": (_: object, password: Uint8Array, salt: Uint8Array, length: number, cost: Cost) =>
      scryptSync(password, salt, length, bounded(cost)),
  };
}

/** The one that has a callback, on a thread of Node's pool. */
export async function scrypt([password, salt, length, cost]: readonly unknown[]): Promise<SubtleAnswer> {
  try {
    const result = asynchronously(password as Uint8Array, salt as Uint8Array, length as number, bounded(cost as Cost));
    forgetErrors();
    return await result;
  } catch (error) {
    return nodeFailureOf(error);
  }
}

/** Why a call may not be made, whatever time is left. */
export function tooLargeForNode(bytes: number): string | undefined {
  return bytes > mostNodeBytes ? `at most ${mostNodeBytes} bytes fit into one call` : undefined;
}

/**
 * OpenSSL keeps errors in a queue of the thread. Node leaves those of scrypt's arguments there, and whatever reads a key next,
 * for whichever tenant, would take one for its own. Asking this empties the queue.
 */
const forgetErrors = getFips;

/** Bytes of memory that one call may take: as Node says unless it is asked for more. */
const mostScryptBytes = 64 * 1024 * 1024;

/** These and no others: Node knows more options, by which it would be asked for other things. */
function bounded({ N, r, p, maxmem }: Cost): Cost {
  return { N, r, p, maxmem: Math.min(maxmem, mostScryptBytes) };
}

function signatureOptions({ padding, saltLength, dsaEncoding }: NodeSignatureOptions): NodeSignatureOptions {
  return given({ padding, saltLength, dsaEncoding });
}

/** Without what is undefined, which is not the same to Node. */
function given<Options extends object>(options: { [Name in keyof Options]: Options[Name] | undefined }): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

function held(key: unknown): HeldKey {
  if (key instanceof HeldKey) return key;
  throw new GuestFault("the guest gave no key");
}

const unauthentic = "Unsupported state or unable to authenticate data";

/** Errors of Node's that have a code speak of the arguments only, and OpenSSL's of the bytes. */
function nodeFailureOf(error: unknown): string {
  const { name, message, code } = error as Error & { code?: unknown };
  if (error instanceof NodeFault) {
    return failure(error.code.startsWith("ERR_INVALID_ARG") ? "TypeError" : "Error", message, error.code);
  }
  if (typeof code === "string" && /^ERR_(?:OSSL|CRYPTO|INVALID|OUT_OF|MISSING)/.test(code)) {
    return failure(name, message, code);
  }
  return failure("Error", message === unauthentic ? message : "the operation failed", "ERR_CRYPTO_OPERATION_FAILED");
}
