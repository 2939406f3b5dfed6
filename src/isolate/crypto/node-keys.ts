import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { type KeyDescription, mostKeyBytes, type NodeKeyEncoding } from "../../../runtime-api/crypto-ops.ts";
import { NodeFault } from "./node-fault.ts";
import type { HeldKey, SealedKeys } from "./sealed-keys.ts";

/* Keys of node:crypto's. Each may be exported, since it was made of what the function has, or for it to have. */

/** Curves by Node's names, with the standard's, by which their work is priced. */
const curves: Readonly<Record<string, string>> = {
  ...{ prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521", secp256k1: "secp256k1" },
};
const quick: readonly string[] = ["ed25519", "ed448", "x25519", "x448"];
const kinds: readonly unknown[] = ["rsa", "rsa-pss", "ec", "ed25519", "ed448", "x25519", "x448"];
/** What OpenSSL would take a password for, as many rounds of PBKDF2 as the text says. */
const encrypted = /ENCRYPTED/;

/** By either name. */
export function standardCurve(name: string): string | undefined {
  if (Object.hasOwn(curves, name)) return curves[name];
  return Object.values(curves).find((curve) => curve === name);
}

export function createKey(
  type: "private" | "public",
  data: unknown,
  encoding: NodeKeyEncoding,
  keys: SealedKeys,
): KeyDescription {
  return described(keyOf(type, data, encoding), keys);
}

function keyOf(type: "private" | "public", data: unknown, encoding: NodeKeyEncoding): KeyObject {
  const create = type === "private" ? createPrivateKey : createPublicKey;
  if (encoding.format === "jwk") return create({ key: data as JsonWebKey, format: "jwk" });
  const bytes = Buffer.from(data as Uint8Array);
  if (bytes.length > mostKeyBytes) throw new NodeFault("ERR_OUT_OF_RANGE", "The key is too large");
  if (encoding.format === "pem") {
    const text = bytes.toString("latin1");
    if (encrypted.test(text))
      throw new NodeFault("ERR_MISSING_PASSPHRASE", "Encrypted keys cannot be read in isolates");
    return create({ key: text, format: "pem" });
  }
  return create({ key: bytes, format: "der", type: encoding.type as "pkcs8" & "spki" });
}

/** With what `asymmetricKeyDetails` says of it. */
export function described(key: KeyObject, keys: SealedKeys): KeyDescription {
  const { asymmetricKeyType: name, asymmetricKeyDetails: details = {} } = key;
  const curve = details.namedCurve === undefined ? undefined : curves[details.namedCurve];
  if (!kinds.includes(name) || (name === "ec" && curve === undefined)) {
    throw new NodeFault(
      "ERR_CRYPTO_UNSUPPORTED_OPERATION",
      `Keys of the kind ${String(name)} are not there in isolates`,
    );
  }
  const { publicExponent, ...others } = details;
  const exponent = publicExponent === undefined ? {} : { exponent: `${publicExponent}` };
  return keys.sealObject(key, { name, curve, ...others, ...exponent });
}

export function publicOf({ object }: HeldKey, keys: SealedKeys): KeyDescription {
  return described(object.type === "public" ? object : createPublicKey(object), keys);
}

/** Throws for a CryptoKey that is not extractable. */
export function exported({ object, attributes }: HeldKey, { format, type }: NodeKeyEncoding): Uint8Array | JsonWebKey {
  if (!attributes.extractable) throw new NodeFault("ERR_CRYPTO_INVALID_KEYTYPE", "The key is not extractable");
  if (format === "jwk") return object.export({ format: "jwk" });
  if (object.type === "secret") return object.export();
  const encoded = object.export({ format: format as "pem", type: type as "pkcs8" });
  return typeof encoded === "string" ? Buffer.from(encoded) : encoded;
}

/** Those of elliptic curves, which are made at once. */
export function generated(type: string, namedCurve: string, keys: SealedKeys) {
  if (type === "ec" ? standardCurve(namedCurve) === undefined : !quick.includes(type)) {
    throw new NodeFault("ERR_INVALID_ARG_VALUE", `Keys of the kind ${type} ${namedCurve} are not made in isolates`);
  }
  const { publicKey, privateKey } =
    type === "ec" ? generateKeyPairSync("ec", { namedCurve }) : generateKeyPairSync(type as "ed25519");
  return { publicKey: described(publicKey, keys), privateKey: described(privateKey, keys) };
}
