import host from "islet:node";
import { Buffer } from "node:buffer";
import { bytesOf } from "./bytes-of.ts";
import { absent, nodeError, wrongType } from "./node-error.ts";

/** A key that the host has sealed, of crypto.subtle's or of node:crypto's. */
export interface HostKey {
  readonly type: "secret" | "public" | "private";
  readonly extractable: boolean;
  readonly algorithm: Readonly<Record<string, unknown>>;
}

/** A secret is of the function's own; keys of which the host knows more are the host's. */
export type Material = { readonly bytes: Uint8Array } | { readonly key: HostKey };

interface Encoding {
  readonly format?: unknown;
  readonly type?: unknown;
  readonly cipher?: unknown;
}

const trusted = Symbol("trusted");
const kindsOfSubtle: Readonly<Record<string, string>> = {
  ...{ "RSASSA-PKCS1-v1_5": "rsa", "RSA-PSS": "rsa", "RSA-OAEP": "rsa", ECDSA: "ec", ECDH: "ec" },
};
const curves: Readonly<Record<string, string>> = { "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };
const details = ["modulusLength", "hashAlgorithm", "mgf1HashAlgorithm", "saltLength", "namedCurve"];

export class KeyObject {
  readonly #material: Material;

  constructor(...args: unknown[]) {
    if (args[0] !== trusted) throw wrongType("handle", "object", args[1]);
    this.#material = args[1] as Material;
  }

  static from(key: unknown): KeyObject {
    if (!host.isCryptoKey(key)) throw wrongType("key", "CryptoKey", key);
    return new KeyObject(trusted, { key });
  }

  static materialOf(object: KeyObject): Material {
    return object.#material;
  }

  get type(): "secret" | "public" | "private" {
    return "bytes" in this.#material ? "secret" : this.#material.key.type;
  }

  get symmetricKeySize(): number | undefined {
    return this.type === "secret" ? this.#bytes().length : undefined;
  }

  get asymmetricKeyType(): string | undefined {
    if ("bytes" in this.#material || this.type === "secret") return undefined;
    const name = String(this.#material.key.algorithm.name);
    return kindsOfSubtle[name] ?? name.toLowerCase();
  }

  get asymmetricKeyDetails(): object | undefined {
    if ("bytes" in this.#material || this.type === "secret") return undefined;
    const { algorithm } = this.#material.key;
    const known = Object.fromEntries(details.flatMap((name) => (name in algorithm ? [[name, algorithm[name]]] : [])));
    const { namedCurve } = known;
    if (namedCurve !== undefined) known.namedCurve = curves[String(namedCurve)] ?? namedCurve;
    const { exponent, publicExponent } = algorithm;
    if (exponent !== undefined) known.publicExponent = BigInt(String(exponent));
    if (publicExponent !== undefined) known.publicExponent = BigInt(`0x${hexOf(publicExponent as Uint8Array)}`);
    return known;
  }

  /** Throws for a key of crypto.subtle's that is not extractable, and for an encoding that would be encrypted. */
  export(options?: Encoding): unknown {
    if (options === undefined && this.type !== "secret") throw wrongType("options", "object", options);
    const { format, type, cipher } = options ?? {};
    if (cipher !== undefined) absent("export({ cipher })", "export the key as it is")();
    if (this.type === "secret") {
      const bytes = this.#bytes();
      return format === "jwk" ? { kty: "oct", k: bytes.toString("base64url") } : bytes;
    }
    if (format !== "pem" && format !== "der" && format !== "jwk") throw wrongValue("options.format", format);
    const exported = this.#exported({ format, ...(typeof type === "string" && { type }) });
    if (format === "jwk") return exported;
    const bytes = Buffer.from(exported as ArrayBuffer);
    return format === "pem" ? bytes.toString() : bytes;
  }

  equals(other: unknown): boolean {
    if (!(other instanceof KeyObject)) throw wrongType("otherKeyObject", "KeyObject", other);
    if (other.type !== this.type || other.asymmetricKeyType !== this.asymmetricKeyType) return false;
    if (this.type !== "secret") return JSON.stringify(this.export(asJwk)) === JSON.stringify(other.export(asJwk));
    const [own, others] = [this.#bytes(), other.#bytes()];
    return own.length === others.length && host.equalBytes(own, others);
  }

  toCryptoKey(): never {
    return absent("KeyObject.toCryptoKey", "crypto.subtle.importKey() takes what export() gives")();
  }

  get [Symbol.toStringTag](): string {
    return "KeyObject";
  }

  #bytes(): Buffer {
    const material = this.#material;
    return "bytes" in material
      ? Buffer.from(material.bytes)
      : Buffer.from(this.#exported({ format: "der" }) as ArrayBuffer);
  }

  #exported(encoding: { format: "pem" | "der" | "jwk"; type?: string }): unknown {
    return host.crypto("node.exportKey", [(this.#material as { key: HostKey }).key, encoding]);
  }
}

const asJwk = { format: "jwk" };
const { materialOf } = KeyObject;
Reflect.deleteProperty(KeyObject, "materialOf");

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function wrongValue(name: string, value: unknown): Error {
  return nodeError(TypeError, "ERR_INVALID_ARG_VALUE", `The property '${name}' is invalid. Received ${String(value)}`);
}

export function keyObject(material: Material): KeyObject {
  return new KeyObject(trusted, material);
}

export function createSecretKey(key: unknown, encoding?: string): KeyObject {
  return keyObject({ bytes: new Uint8Array(bytesOf(key, encoding, "key")) });
}

/** Bytes of a secret, or what the host has of it. */
export function secretOf(key: unknown, name = "key"): Uint8Array | HostKey {
  const material = given(key);
  if (material === undefined) return new Uint8Array(bytesOf(key, undefined, name));
  if ("bytes" in material) return material.bytes;
  if (material.key.type !== "secret") throw wrongKind(material.key.type, "secret");
  return material.key;
}

/** Throws for a secret that is not extractable. */
export function secretBytesOf(key: unknown): Uint8Array {
  const secret = secretOf(key);
  return secret instanceof Uint8Array ? secret : (keyObject({ key: secret }).export() as Buffer);
}

function given(key: unknown): Material | undefined {
  if (key instanceof KeyObject) return materialOf(key);
  return host.isCryptoKey(key) ? { key: key as HostKey } : undefined;
}

function wrongKind(type: string, expected: string): Error {
  return nodeError(
    TypeError,
    "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE",
    `Invalid key object type ${type}, expected ${expected}.`,
  );
}

/** The host's key from whatever Node takes for one: `public` takes a private one as well. */
export function asymmetricKey(input: unknown, type: "private" | "public"): HostKey {
  const held = given(input) ?? given((input as { key?: unknown } | null | undefined)?.key);
  if (held) {
    const kind = "bytes" in held ? "secret" : held.key.type;
    if ("bytes" in held || kind === "secret" || (type === "private" && kind !== "private")) throw wrongKind(kind, type);
    return held.key;
  }
  const { key = input, format = "pem", type: encoding, encoding: text } = isOptions(input) ? input : {};
  if (format !== "pem" && format !== "der" && format !== "jwk") throw wrongValue("format", format);
  const isJwk = format === "jwk" && typeof key === "object" && key !== null;
  const data = isJwk ? (key as object) : new Uint8Array(bytesOf(key, text as string | undefined, "key"));
  const known = { format, ...(typeof encoding === "string" && { type: encoding }) } as const;
  return host.crypto("node.createKey", [type, data, known]) as HostKey;
}

function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer);
}

export function createPrivateKey(input: unknown): KeyObject {
  if (input instanceof KeyObject) throw wrongType("key", "string, ArrayBuffer, Buffer, TypedArray, or DataView", input);
  return keyObject({ key: asymmetricKey(input, "private") });
}

export function createPublicKey(input: unknown): KeyObject {
  const key = asymmetricKey(input, "public");
  return keyObject({ key: key.type === "public" ? key : (host.crypto("node.publicOf", [key]) as HostKey) });
}
