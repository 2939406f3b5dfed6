import { webcrypto } from "node:crypto";
import { expect, test } from "vitest";
import { SealedKeys } from "../../src/isolate/crypto/sealed-keys.ts";
import { GuestFault } from "../../src/isolate/op-arguments.ts";

const { subtle } = webcrypto;

test("a sealed key says what the key is, shows nothing of it, and opens to the same", async () => {
  const keys = new SealedKeys();
  const secret = Buffer.from("a secret that nobody may see in the guest");
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const { sealed, ...attributes } = keys.seal(key);
  expect(attributes).toEqual({
    type: "secret",
    extractable: false,
    algorithm: { name: "HMAC", hash: { name: "SHA-256" }, length: secret.length * 8 },
    usages: ["sign"],
  });
  expect(Buffer.from(sealed, "base64").includes(secret)).toBe(false);
  // More than stay open.
  for (let i = 0; i < 40; i++) keys.seal(key);
  const opened = keys.open(sealed);
  expect(opened.object.export().equals(secret)).toBe(true);
  expect(opened.cryptoKey.extractable).toBe(false);
});

test("pairs of all kinds open again", async () => {
  const keys = new SealedKeys();
  for (const [algorithm, usages] of [
    [
      { name: "RSA-OAEP", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" },
      ["encrypt", "decrypt"],
    ],
    [{ name: "ECDSA", namedCurve: "P-384" }, ["sign", "verify"]],
    [{ name: "Ed448" }, ["sign", "verify"]],
    [{ name: "X25519" }, ["deriveBits"]],
    [{ name: "ML-DSA-44" }, ["sign", "verify"]],
    [{ name: "ML-KEM-512" }, ["encapsulateBits", "decapsulateBits"]],
  ] as const) {
    const pair = (await subtle.generateKey(algorithm as never, true, usages as never)) as webcrypto.CryptoKeyPair;
    const sealed = [keys.seal(pair.publicKey).sealed, keys.seal(pair.privateKey).sealed] as const;
    for (let i = 0; i < 40; i++) keys.seal(pair.publicKey);
    const [publicKey, privateKey] = [keys.open(sealed[0]), keys.open(sealed[1])];
    expect(await subtle.exportKey("spki", publicKey.cryptoKey)).toEqual(await subtle.exportKey("spki", pair.publicKey));
    expect(await subtle.exportKey("pkcs8", privateKey.cryptoKey)).toEqual(
      await subtle.exportKey("pkcs8", pair.privateKey),
    );
  }
});

test("nothing opens that another isolate has, or that has been changed", async () => {
  const [own, other] = [new SealedKeys(), new SealedKeys()];
  const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const { sealed } = own.seal(key);
  expect(() => other.open(sealed)).toThrow(GuestFault);
  const bytes = Buffer.from(sealed, "base64");
  for (const at of [0, 12, 20, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 1;
    expect(() => own.open(changed.toString("base64"))).toThrow(GuestFault);
  }
  for (const text of ["", "x", "AAAA", sealed.slice(4)]) expect(() => own.open(text)).toThrow(GuestFault);
});
