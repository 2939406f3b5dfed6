/*
 * What crosses the bridge for crypto.subtle and for node:crypto. The guest side converts arguments as Web IDL says and
 * normalizes algorithms; the host side calls the method of the same name on Node's SubtleCrypto, or the function of node:crypto.
 */

export const subtleMethods = [
  ...["encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "deriveKey", "deriveBits"],
  ...["importKey", "exportKey", "wrapKey", "unwrapKey", "getPublicKey"],
  ...["encapsulateKey", "encapsulateBits", "decapsulateKey", "decapsulateBits"],
] as const as readonly SubtleMethod[];

export type SubtleMethod =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "digest"
  | "generateKey"
  | "deriveKey"
  | "deriveBits"
  | "importKey"
  | "exportKey"
  | "wrapKey"
  | "unwrapKey"
  | "getPublicKey"
  | "encapsulateKey"
  | "encapsulateBits"
  | "decapsulateKey"
  | "decapsulateBits";

/** What node:crypto is asked for, with the arguments of each. Answered at once, but for `scrypt`. */
export interface NodeCryptoCalls {
  /** A key from its encoding: a SubtleRecord with `key`, whose algorithm has `asymmetricKeyType` as its name, and the details. */
  "node.createKey": [type: "private" | "public", data: Uint8Array | object, encoding: NodeKeyEncoding];
  "node.publicOf": [key: object];
  /** Bytes, or a SubtleRecord with `jwk`. */
  "node.exportKey": [key: object, encoding: NodeKeyEncoding];
  "node.generateKeyPair": [type: string, namedCurve: string];
  "node.sign": [hash: string | null, data: Uint8Array, key: object, options: NodeSignatureOptions];
  "node.verify": [
    hash: string | null,
    data: Uint8Array,
    key: object,
    options: NodeSignatureOptions,
    signature: Uint8Array,
  ];
  "node.crypt": [how: NodeRsaMethod, key: object, data: Uint8Array, options: NodeRsaOptions];
  "node.diffieHellman": [privateKey: object, publicKey: object];
  /** A SubtleRecord with `cipher`. */
  "node.startCipher": [
    cipher: string,
    encrypts: boolean,
    key: Uint8Array | object,
    iv: Uint8Array | null,
    authTagLength: number | null,
  ];
  /** One thing at a time. The last output of a cipher that authenticates has the tag behind it. */
  "node.stepCipher": [cipher: number, step: NodeCipherStep];
  "node.pbkdf2": [password: Uint8Array, salt: Uint8Array, length: number, iterations: number, digest: string];
  "node.scryptSync": ScryptArguments;
  "node.scrypt": ScryptArguments;
}

type ScryptArguments = [
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  cost: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
];

export interface NodeKeyEncoding {
  readonly format: "pem" | "der" | "jwk";
  readonly type?: string;
}

export interface NodeSignatureOptions {
  readonly padding?: number;
  readonly saltLength?: number;
  readonly dsaEncoding?: "der" | "ieee-p1363";
}

export const nodeRsaMethods = ["publicEncrypt", "privateDecrypt", "privateEncrypt", "publicDecrypt"] as const;
export type NodeRsaMethod = (typeof nodeRsaMethods)[number];

export interface NodeRsaOptions {
  readonly padding?: number;
  readonly oaepHash?: string;
  readonly oaepLabel?: Uint8Array;
}

export type NodeCipherStep =
  | { readonly data: Uint8Array }
  | { readonly aad: Uint8Array; readonly plaintextLength?: number }
  | { readonly tag: Uint8Array }
  | { readonly padding: boolean }
  | { readonly final: true };

export type NodeCryptoMethod = keyof NodeCryptoCalls;

export const nodeCryptoMethods: readonly NodeCryptoMethod[] = [
  ...(["node.createKey", "node.publicOf", "node.exportKey", "node.generateKeyPair", "node.sign"] as const),
  ...(["node.verify", "node.crypt", "node.diffieHellman", "node.startCipher", "node.stepCipher"] as const),
  ...(["node.pbkdf2", "node.scryptSync", "node.scrypt"] as const),
];

/** The next so many bytes of those that cross beside a call. */
export interface CrossingBytes {
  readonly bytes: number;
}

/** The key at that place of those that cross beside a call. */
export interface CrossingKey {
  readonly key: number;
}

/** A call as JSON: the method, then its arguments, with bytes and keys as above at any depth. */
export type SubtleCall = readonly [method: SubtleMethod | NodeCryptoMethod, ...args: unknown[]];

/** A key as JSON. */
export interface KeyDescription {
  readonly type: "secret" | "public" | "private";
  readonly extractable: boolean;
  /** `publicExponent` as an array of numbers. */
  readonly algorithm: Readonly<Record<string, unknown>>;
  readonly usages: readonly string[];
  /**
   * The key itself, encrypted and authenticated by the host: what the guest gives back to use it. Only
   * the host can open it, and only for the isolate that it was made for.
   */
  readonly sealed: string;
}

/** An answer that is neither bytes nor a truth value, as JSON. Bytes in it are base64url. */
export type SubtleRecord =
  /** `code` is that of an error of Node's. */
  | { readonly error: string; readonly message: string; readonly code?: string }
  | { readonly cipher: number }
  | { readonly key: KeyDescription }
  | { readonly publicKey: KeyDescription; readonly privateKey: KeyDescription }
  | { readonly jwk: Readonly<Record<string, unknown>> }
  | { readonly sharedKey: KeyDescription | string; readonly ciphertext: string };

/** A string is a SubtleRecord as JSON. */
export type SubtleAnswer = Uint8Array | boolean | string;

/** Bytes that one call may have; far below what a crossing could stall the host with. */
export const mostSubtleBytes = 64 * 1024 * 1024;
/** Bytes that the material of one key may have, whatever its format. */
export const mostKeyBytes = 64 * 1024;
/** Bytes that one call of node:crypto's may have, which is done at once. */
export const mostNodeBytes = 1024 * 1024;
/** Bytes that the host takes at once without a thread of its own for them. */
export const mostBytesAtOnce = 64 * 1024;
