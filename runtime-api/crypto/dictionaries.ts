import { mostSubtleBytes } from "../crypto-ops.ts";
import { DOMException } from "../dom-exception.ts";
import { isBufferSource, isShared, toDomString, viewBytes } from "../webidl.ts";
import { type CryptoKey, isKey } from "./key.ts";

/** How a member of a dictionary is converted, as Web IDL says. All throw a TypeError for what cannot be. */
export type Converter = (value: unknown, member: string) => unknown;

const { trunc } = Math;
const { isFinite: finite } = Number;

/** [EnforceRange] of an unsigned integer of so many bits. */
function integer(bits: number): Converter {
  const most = 2 ** bits - 1;
  return (value, member) => {
    const number = Number(value);
    const whole = trunc(number);
    if (!finite(number) || whole < 0 || whole > most) {
      throw new TypeError(`${member} must be an integer from 0 to ${most}`);
    }
    return whole + 0;
  };
}

/** A copy of the bytes. Throws an OperationError for more than can cross. */
export function toBytes(value: unknown, member: string): Uint8Array {
  if (!isBufferSource(value)) throw new TypeError(`${member} must be an ArrayBuffer or a view of one`);
  if (isShared(ArrayBuffer.isView(value) ? value.buffer : value))
    throw new TypeError(`${member}: the memory must not be shared`);
  if (value.byteLength > mostSubtleBytes) {
    throw new DOMException(`at most ${mostSubtleBytes} bytes fit into one call`, "OperationError");
  }
  return new Uint8Array(viewBytes(value));
}

function toBigInteger(value: unknown, member: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${member} must be a Uint8Array`);
  return toBytes(value, member);
}

export function toKey(value: unknown, member: string): CryptoKey {
  if (!isKey(value)) throw new TypeError(`${member} must be a CryptoKey`);
  return value;
}

/** An object or, of anything else, its text. */
export function toAlgorithmIdentifier(value: unknown): object | string {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? value : toDomString(value);
}

/** Converts nothing yet: what a hash is called says the registry, when all members are read. */
export const isHash: Converter = (value) => toAlgorithmIdentifier(value);
const octet = integer(8);
const short = integer(16);
const long = integer(32);

export interface Member {
  readonly convert: Converter;
  readonly required: boolean;
}

type Members = Readonly<Record<string, Member>>;

function required(convert: Converter): Member {
  return { convert, required: true };
}

function optional(convert: Converter): Member {
  return { convert, required: false };
}

/** The members beside `name`, those of an inherited dictionary first and else in the order of their names. */
export const dictionaries = {
  none: {},
  AesCbcParams: { iv: required(toBytes) },
  AesCtrParams: { counter: required(toBytes), length: required(octet) },
  AeadParams: { additionalData: optional(toBytes), iv: required(toBytes), tagLength: optional(octet) },
  AesKeyParams: { length: required(short) },
  Argon2Params: {
    associatedData: optional(toBytes),
    memory: required(long),
    nonce: required(toBytes),
    parallelism: required(long),
    passes: required(long),
    secretValue: optional(toBytes),
    version: optional(octet),
  },
  ContextParams: { context: optional(toBytes) },
  CShakeParams: { customization: optional(toBytes), functionName: optional(toBytes), outputLength: required(long) },
  EcdhKeyDeriveParams: { public: required(toKey) },
  EcdsaParams: { hash: required(isHash) },
  EcKeyParams: { namedCurve: required(toDomString) },
  HkdfParams: { hash: required(isHash), info: required(toBytes), salt: required(toBytes) },
  HmacKeyParams: { hash: required(isHash), length: optional(long) },
  KangarooTwelveParams: { customization: optional(toBytes), outputLength: required(long) },
  KmacKeyParams: { length: optional(long) },
  KmacParams: { customization: optional(toBytes), outputLength: required(long) },
  Pbkdf2Params: { hash: required(isHash), iterations: required(long), salt: required(toBytes) },
  RsaHashedImportParams: { hash: required(isHash) },
  RsaHashedKeyGenParams: {
    modulusLength: required(long),
    publicExponent: required(toBigInteger),
    hash: required(isHash),
  },
  RsaOaepParams: { label: optional(toBytes) },
  RsaPssParams: { saltLength: required(long) },
  TurboShakeParams: { domainSeparation: optional(octet), outputLength: required(long) },
} as const satisfies Readonly<Record<string, Members>>;

export type DictionaryName = keyof typeof dictionaries;
