import { mostKeyBytes, mostSubtleBytes, type SubtleMethod } from "../../../runtime-api/crypto-ops.ts";
import { HeldKey } from "./sealed-keys.ts";

/*
 * What an operation costs in CPU time, before it begins: a thread of Node's pool cannot be stopped
 * once it has begun, nor be asked what it used. Measured on one core of 2026's servers, rounded up;
 * a machine half as fast gives twice the time away.
 */

/** Microseconds for one iteration of PBKDF2 and one block of its output. */
const perIterationUs: Readonly<Record<string, number>> = {
  "SHA-1": 0.25,
  "SHA-256": 0.25,
  "SHA-384": 0.7,
  "SHA-512": 0.7,
};
const perIterationOfOthersUs = 1.2;
const outputBits: Readonly<Record<string, number>> = { "SHA-1": 160, "SHA-256": 256, "SHA-384": 384, "SHA-512": 512 };
/** Microseconds for a KiB of memory in one pass of Argon2. */
const perPassedKibUs = 5;
/** Hashing, ciphers and the copies around them. */
const perByteUs = 0.006;
export const leastMs = 0.03;

/** Milliseconds for one operation with a key of that algorithm, or the making of one. */
const perOperationMs: Readonly<Record<string, number>> = {
  ...{ "P-256": 0.2, "P-384": 1.5, "P-521": 3, SECP256K1: 0.8 },
  ...{ ED25519: 0.15, X25519: 0.1, ED448: 0.5, X448: 0.4 },
  ...{ "ML-DSA-44": 1.5, "ML-DSA-65": 2, "ML-DSA-87": 2.5, "ML-KEM-512": 0.3, "ML-KEM-768": 0.4, "ML-KEM-1024": 0.5 },
};

interface Params {
  readonly name?: unknown;
  readonly hash?: unknown;
  readonly iterations?: unknown;
  readonly memory?: unknown;
  readonly passes?: unknown;
  readonly modulusLength?: unknown;
  readonly namedCurve?: unknown;
  readonly length?: unknown;
  readonly outputLength?: unknown;
}

/** Expected milliseconds of CPU time; Infinity for what nobody may have, and for numbers that are none. */
export function priceMs(method: SubtleMethod, args: readonly unknown[]): number {
  if (isRefusedAtOnce(method, args)) return leastMs;
  let ms = leastMs + ofBytes(bytesIn(args));
  for (const arg of args) {
    if (arg instanceof HeldKey) ms += keyMs(arg);
    else if (typeof arg === "number") ms += ofBytes(arg / 8);
    else if (isParams(arg)) ms += ofParams(method, arg, args);
  }
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

/** SubtleCrypto looks first whether the key is for the algorithm, and for this. */
function isRefusedAtOnce(method: SubtleMethod, [algorithm, key]: readonly unknown[]): boolean {
  if (!(key instanceof HeldKey) || !isParams(algorithm)) return false;
  const { attributes } = key;
  return !attributes.usages.includes(method) || upper(attributes.algorithm.name) !== upper(algorithm.name);
}

export function ofBytes(bytes: number): number {
  return bytes > mostSubtleBytes ? Number.POSITIVE_INFINITY : (bytes * perByteUs) / 1000;
}

function isParams(value: unknown): value is Params {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !Array.isArray(value);
}

/** One operation with that key. */
export function keyMs({ attributes: { type, algorithm } }: HeldKey): number {
  const { modulusLength, publicExponent, exponent, curve } = algorithm as Readonly<Record<string, unknown>>;
  if (typeof modulusLength === "number") {
    // As bytes, or by node:crypto in digits. Who makes it long makes the work as long as with the private key.
    const isShort = Array.isArray(publicExponent) ? publicExponent.length <= 4 : Number(exponent) < 2 ** 32;
    return type === "private" || !isShort ? 3 * (modulusLength / 4096) ** 3 + 0.2 : 0.2;
  }
  return ofName(curve === undefined ? algorithm : { namedCurve: curve });
}

export function ofName({ name, namedCurve }: Pick<Params, "name" | "namedCurve">): number {
  return perOperationMs[String(namedCurve ?? name).toUpperCase()] ?? 0;
}

function ofParams(method: SubtleMethod, params: Params, args: readonly unknown[]): number {
  const name = upper(params.name);
  if (Number(params.length ?? 0) > mostKeyBytes * 8) return Number.POSITIVE_INFINITY;
  if (name === "PBKDF2" && params.iterations !== undefined) {
    const hash = upper(isParams(params.hash) ? params.hash.name : params.hash);
    return ofPbkdf2(Number(params.iterations), hash, derivedBits(args));
  }
  if (name.startsWith("ARGON2") && params.memory !== undefined) {
    return (Number(params.memory) * Number(params.passes) * perPassedKibUs) / 1000;
  }
  // Expected: how many candidates are tried before two primes are found is chance.
  if (name.startsWith("RSA") && method === "generateKey") return 150 * (Number(params.modulusLength) / 2048) ** 3.5;
  if (params.outputLength !== undefined) return ofBytes(Number(params.outputLength) / 8);
  return method === "importKey" && name.startsWith("RSA") ? 0.2 : ofName(params);
}

function derivedBits(args: readonly unknown[]): number {
  // A derived key is no longer than 2,048 bits, unless it is one of HMAC's, whose length says so.
  const last = args.find((arg, at) => at > 1 && (typeof arg === "number" || isParams(arg)));
  return typeof last === "number" ? last : Number((last as { length?: unknown } | undefined)?.length ?? 1088);
}

/** `hash` as the standard names it. */
export function ofPbkdf2(iterations: number, hash: string, bits: number): number {
  const blocks = Math.max(1, Math.ceil(bits / (outputBits[hash] ?? 160)));
  return (iterations * blocks * (perIterationUs[hash] ?? perIterationOfOthersUs)) / 1000;
}

function bytesIn(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) {
    if (arg instanceof Uint8Array) bytes += arg.length;
    else if (isParams(arg) && !(arg instanceof HeldKey)) bytes += bytesIn(Object.values(arg));
  }
  return bytes;
}

function upper(value: unknown): string {
  return String(value).toUpperCase();
}
