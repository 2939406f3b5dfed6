import type { webcrypto } from "node:crypto";
import {
  type CrossingBytes,
  type CrossingKey,
  type NodeCryptoMethod,
  nodeCryptoMethods,
  type SubtleAnswer,
  type SubtleCall,
  type SubtleMethod,
  type SubtleRecord,
  subtleMethods,
} from "../../../runtime-api/crypto-ops.ts";
import { GuestFault } from "../op-arguments.ts";
import { HeldKey, type SealedKeys } from "./sealed-keys.ts";

/** A call as the host reads it. */
export interface ReadCall {
  readonly method: SubtleMethod | NodeCryptoMethod;
  /** JSON's values, Uint8Arrays and HeldKeys. */
  readonly args: readonly unknown[];
}

/** Throws a GuestFault for what the runtime never sends. */
export function readCall(call: string, sealed: string, bytes: Uint8Array, keys: SealedKeys): ReadCall {
  const [method, ...args] = parse(call);
  if (!subtleMethods.includes(method as SubtleMethod) && !isOfNode(method))
    throw new GuestFault("the guest gave no method of SubtleCrypto");
  const texts = sealed === "" ? [] : sealed.split("\n");
  let at = 0;
  const read = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(read);
    const { bytes: size, key } = value as Partial<CrossingBytes & CrossingKey>;
    if (typeof size === "number") {
      const start = at;
      at += size;
      if (!(size >= 0 && at <= bytes.length)) throw new GuestFault("the guest gave fewer bytes than it said");
      return bytes.subarray(start, at);
    }
    if (typeof key === "number") {
      const text = texts[key];
      if (text === undefined) throw new GuestFault("the guest gave fewer keys than it said");
      return keys.open(text);
    }
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, read(held)]));
  };
  return { method, args: args.map(read) };
}

export function isOfNode(method: SubtleMethod | NodeCryptoMethod): method is NodeCryptoMethod {
  return nodeCryptoMethods.includes(method as NodeCryptoMethod);
}

function parse(call: string): SubtleCall {
  try {
    const parsed: unknown = JSON.parse(call);
    if (Array.isArray(parsed)) return parsed as unknown as SubtleCall;
  } catch {
    // Said below.
  }
  throw new GuestFault("the guest gave no call of SubtleCrypto");
}

/** Arguments with Node's keys in them: they stand as arguments, and as `public` in an algorithm. */
export function forNode(args: readonly unknown[]): unknown[] {
  return args.map((arg) => {
    if (arg instanceof HeldKey) return arg.cryptoKey;
    const other = (arg as { public?: unknown } | null | undefined)?.public;
    return other instanceof HeldKey ? { ...(arg as object), public: other.cryptoKey } : arg;
  });
}

type NodeAnswer =
  | ArrayBuffer
  | boolean
  | webcrypto.CryptoKey
  | webcrypto.CryptoKeyPair
  | { readonly sharedKey: ArrayBuffer | webcrypto.CryptoKey; readonly ciphertext: ArrayBuffer }
  | Readonly<Record<string, unknown>>;

/** What Node's SubtleCrypto gave, as it crosses. */
export function answerOf(value: unknown, keys: SealedKeys): SubtleAnswer {
  const answer = value as NodeAnswer;
  if (typeof answer === "boolean") return answer;
  if (answer instanceof ArrayBuffer) return new Uint8Array(answer);
  if (isKey(answer)) return record({ key: keys.seal(answer) });
  if ("privateKey" in answer) {
    const { publicKey, privateKey } = answer as webcrypto.CryptoKeyPair;
    return record({ publicKey: keys.seal(publicKey), privateKey: keys.seal(privateKey) });
  }
  if ("ciphertext" in answer) {
    const { sharedKey, ciphertext } = answer as {
      sharedKey: ArrayBuffer | webcrypto.CryptoKey;
      ciphertext: ArrayBuffer;
    };
    return record({
      sharedKey: sharedKey instanceof ArrayBuffer ? base64Url(sharedKey) : keys.seal(sharedKey),
      ciphertext: base64Url(ciphertext),
    });
  }
  return record({ jwk: answer });
}

/** What an operation failed with. An error of Node's own may name things of the host, and has no words here. */
export function failureOf(error: unknown): string {
  if (error instanceof DOMException) return failure(error.name, error.message);
  if (error instanceof TypeError) return failure("TypeError", "an argument is not as it must be");
  return failure("OperationError", "the operation failed");
}

/** `error` is the name of a DOMException, or TypeError; with a code it is an error of Node's. */
export function failure(error: string, message: string, code?: string): string {
  return record({ error, message, ...(code !== undefined && { code }) });
}

function record(value: SubtleRecord): string {
  return JSON.stringify(value);
}

function isKey(value: object): value is webcrypto.CryptoKey {
  return value instanceof CryptoKey;
}

function base64Url(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("base64url");
}
