import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  type webcrypto,
} from "node:crypto";

interface KeyAlgorithm {
  readonly name: string;
  readonly length?: number;
  readonly namedCurve?: string;
  readonly hash?: { readonly name: string };
}

type Usages = readonly webcrypto.KeyUsage[];

const hashedBlockBits: Readonly<Record<string, number>> = {
  "SHA-1": 512,
  "SHA-256": 512,
  "SHA-384": 1024,
  "SHA-512": 1024,
};

/** The key, made at once. Throws, or gives undefined, for what SubtleCrypto must look at more closely. */
export function quickImport(
  format: string,
  data: unknown,
  algorithm: KeyAlgorithm,
  extractable: boolean,
  usages: Usages,
): webcrypto.CryptoKey | undefined {
  return importedFrom(format, data, algorithm, extractable, usages)?.toCryptoKey(
    algorithm as never,
    extractable,
    usages,
  );
}

function importedFrom(
  format: string,
  data: unknown,
  algorithm: KeyAlgorithm,
  extractable: boolean,
  usages: Usages,
): KeyObject | undefined {
  if (format === "jwk") return fromJwk(data as JsonWebKey, algorithm, extractable, usages);
  if (!(data instanceof Uint8Array)) return undefined;
  switch (format) {
    case "raw":
      // Raw public keys, and those whose only raw format has another name, are SubtleCrypto's.
      return /^(HMAC|AES-(CBC|CTR|GCM|KW)|HKDF|PBKDF2)$/.test(algorithm.name) ? createSecretKey(data) : undefined;
    case "raw-secret":
      return createSecretKey(data);
    case "spki":
      return createPublicKey({ key: data as Buffer, format: "der", type: "spki" });
    case "pkcs8":
      return createPrivateKey({ key: data as Buffer, format: "der", type: "pkcs8" });
    default:
      return undefined;
  }
}

/** The usual ones only: what is unusual in a JSON Web Key may be wrong. */
function fromJwk(
  jwk: JsonWebKey,
  algorithm: KeyAlgorithm,
  extractable: boolean,
  usages: Usages,
): KeyObject | undefined {
  const { kty, alg, use, key_ops: operations, ext, d } = jwk as JsonWebKey & { key_ops?: unknown };
  const encrypts = /^(AES|RSA-OAEP|ECDH)/.test(algorithm.name);
  if (use !== undefined && use !== (encrypts ? "enc" : "sig")) return undefined;
  if (operations !== undefined || (ext === false && extractable)) return undefined;
  if (alg !== undefined && alg !== joseName(algorithm)) return undefined;
  switch (kty) {
    case "oct":
      return algorithm.name === "HMAC" && typeof jwk.k === "string" && /^[\w-]+$/.test(jwk.k)
        ? createSecretKey(jwk.k, "base64url")
        : undefined;
    case "RSA":
      return d === undefined && usages.length > 0 ? createPublicKey({ key: jwk, format: "jwk" }) : undefined;
    case "EC":
      if (jwk.crv !== algorithm.namedCurve || algorithm.namedCurve !== "P-256") return undefined;
      return d === undefined
        ? createPublicKey({ key: jwk, format: "jwk" })
        : createPrivateKey({ key: jwk, format: "jwk" });
    case "OKP":
      return d === undefined && jwk.crv === algorithm.name ? createPublicKey({ key: jwk, format: "jwk" }) : undefined;
    default:
      return undefined;
  }
}

function joseName({ name, hash, namedCurve }: KeyAlgorithm): string | undefined {
  const bits = hash?.name.slice("SHA-".length);
  switch (name) {
    case "HMAC":
      return `HS${bits}`;
    case "RSASSA-PKCS1-v1_5":
      return `RS${bits}`;
    case "RSA-PSS":
      return `PS${bits}`;
    case "ECDSA":
      return namedCurve === "P-256" ? "ES256" : undefined;
    case "Ed25519":
      return "EdDSA";
    default:
      return undefined;
  }
}

const pairs: Readonly<Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  "P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
  X25519: () => generateKeyPairSync("x25519"),
};

/** A key or a pair, made at once; undefined for algorithms that take long, and for what SubtleCrypto must refuse. */
export function quickGenerate(
  algorithm: KeyAlgorithm,
  extractable: boolean,
  usages: Usages,
): webcrypto.CryptoKey | webcrypto.CryptoKeyPair | undefined {
  const { name, length, namedCurve, hash } = algorithm;
  const bits =
    name === "HMAC" ? (length ?? hashedBlockBits[hash?.name ?? ""]) : /^AES-/.test(name) ? length : undefined;
  if (bits !== undefined) {
    if (bits % 8 !== 0 || bits === 0 || bits > 4096) return undefined;
    return createSecretKey(randomBytes(bits / 8)).toCryptoKey(algorithm as never, extractable, usages);
  }
  const make = pairs[namedCurve ?? name];
  if (!make) return undefined;
  const [ofPublic, ofPrivate] =
    name.startsWith("E") && name !== "ECDH" ? [["verify"], ["sign"]] : [[], ["deriveKey", "deriveBits"]];
  if (!usages.every((usage) => [...ofPublic, ...ofPrivate].includes(usage))) return undefined;
  const { publicKey, privateKey } = make();
  const only = (allowed: string[]) => usages.filter((usage) => allowed.includes(usage));
  return {
    publicKey: publicKey.toCryptoKey(algorithm as never, true, only(ofPublic)),
    privateKey: privateKey.toCryptoKey(algorithm as never, extractable, only(ofPrivate)),
  };
}
