import host from "islet:node";
import { bytesOf } from "./bytes-of.ts";
import { createSecretKey, type HostKey, type KeyObject, keyObject } from "./key-object.ts";
import { nodeError, wrongType } from "./node-error.ts";

type Done = (error: unknown, ...values: unknown[]) => void;

interface PairOptions {
  readonly modulusLength?: number;
  readonly publicExponent?: number;
  readonly namedCurve?: string;
  readonly publicKeyEncoding?: { readonly format: string };
  readonly privateKeyEncoding?: { readonly format: string };
}
interface HostPair {
  readonly publicKey: HostKey;
  readonly privateKey: HostKey;
}
interface Pair {
  readonly publicKey: unknown;
  readonly privateKey: unknown;
}

const promisified = Symbol.for("nodejs.util.promisify.custom");
const curves = ["prime256v1", "secp384r1", "secp521r1", "secp256k1"];
const { subtle, getRandomValues } = (globalThis as unknown as { crypto: import("node:crypto").webcrypto.Crypto })
  .crypto;

export function getCurves(): string[] {
  return [...curves];
}

function encodedPair({ publicKey, privateKey }: HostPair, options: PairOptions): Pair {
  const as = (key: KeyObject, encoding: { readonly format: string } | undefined): unknown =>
    encoding === undefined ? key : key.export(encoding);
  return {
    publicKey: as(keyObject({ key: publicKey }), options.publicKeyEncoding),
    privateKey: as(keyObject({ key: privateKey }), options.privateKeyEncoding),
  };
}

function requireKind(type: unknown): asserts type is string {
  if (typeof type !== "string") throw wrongType("type", "string", type);
}

function ofCurve(type: string, { namedCurve = "" }: PairOptions): HostPair {
  return host.crypto("node.generateKeyPair", [type, namedCurve]) as HostPair;
}

export function generateKeyPairSync(type: unknown, options: PairOptions = {}): Pair {
  requireKind(type);
  if (type === "rsa") {
    const message = "RSA keys take too long to be made at once in isolates: use generateKeyPair()";
    throw nodeError(Error, "ERR_METHOD_NOT_IMPLEMENTED", message);
  }
  return encodedPair(ofCurve(type, options), options);
}

/** By crypto.subtle, which makes it on a thread. */
async function rsaPair({ modulusLength, publicExponent = 0x10001 }: PairOptions): Promise<HostPair> {
  const exponent = Uint8Array.from([24, 16, 8, 0], (shift) => (publicExponent >>> shift) & 0xff);
  const algorithm = { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: exponent, hash: "SHA-256" };
  const pair: unknown = await subtle.generateKey(algorithm as never, true, ["sign", "verify"]);
  return pair as HostPair;
}

async function pairOf(type: string, options: PairOptions): Promise<Pair> {
  return encodedPair(type === "rsa" ? await rsaPair(options) : ofCurve(type, options), options);
}

export function generateKeyPair(type: unknown, ...rest: unknown[]): void {
  const done = rest.pop() as Done;
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  requireKind(type);
  pairOf(type, (rest[0] ?? {}) as PairOptions).then(
    ({ publicKey, privateKey }) => done(null, publicKey, privateKey),
    (error: unknown) => done(error),
  );
}
Object.defineProperty(generateKeyPair, promisified, { value: pairOf });

export function generateKeySync(type: unknown, { length }: { readonly length?: unknown } = {}): KeyObject {
  requireKind(type);
  const isAes = type === "aes";
  if (!isAes && type !== "hmac") throw nodeError(TypeError, "ERR_INVALID_ARG_VALUE", `'${type}' is no kind of key`);
  if (typeof length !== "number") throw wrongType("options.length", "number", length);
  if (isAes && ![128, 192, 256].includes(length)) {
    const message = `The property 'options.length' must be one of: 128, 192, 256. Received ${length}`;
    throw nodeError(TypeError, "ERR_INVALID_ARG_VALUE", message);
  }
  if (!(length >= 8 && length <= 65_536)) {
    throw nodeError(
      RangeError,
      "ERR_OUT_OF_RANGE",
      `The value of "options.length" is out of range. Received ${length}`,
    );
  }
  return createSecretKey(bytesOf(getRandomValues.call(crypto, new Uint8Array(length >> 3)), undefined));
}

export function generateKey(type: unknown, options: { readonly length?: unknown }, done: Done): void {
  if (typeof done !== "function") throw wrongType("callback", "function", done);
  const key = generateKeySync(type, options);
  queueMicrotask(() => done(null, key));
}
