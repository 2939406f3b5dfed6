/*
 * What crosses the bridge for crypto.subtle. The guest side converts arguments as Web IDL says and
 * normalizes algorithms; the host side calls the method of the same name on Node's SubtleCrypto.
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

/** The next so many bytes of those that cross beside a call. */
export interface CrossingBytes {
  readonly bytes: number;
}

/** The key at that place of those that cross beside a call. */
export interface CrossingKey {
  readonly key: number;
}

/** A call as JSON: the method, then its arguments, with bytes and keys as above at any depth. */
export type SubtleCall = readonly [method: SubtleMethod, ...args: unknown[]];

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
  | { readonly error: string; readonly message: string }
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
/** Bytes that the host takes at once without a thread of its own for them. */
export const mostBytesAtOnce = 64 * 1024;
