import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { priceMs } from "../../src/isolate/crypto/prices.ts";
import { HeldKey } from "../../src/isolate/crypto/sealed-keys.ts";

function password(usages: readonly string[]): HeldKey {
  const attributes = { type: "secret", extractable: false, algorithm: { name: "PBKDF2" }, usages } as const;
  return new HeldKey(createSecretKey(Buffer.from("password")), attributes);
}

const salt = new Uint8Array(16);
const pbkdf2 = { name: "PBKDF2", hash: { name: "SHA-512" }, salt, iterations: 100_000 };

test("PBKDF2 costs by iterations and blocks, however the numbers and names are written", () => {
  const key = password(["deriveBits", "deriveKey"]);
  const once = priceMs("deriveBits", [pbkdf2, key, 512]);
  expect(once).toBeCloseTo(70, 0);
  expect(priceMs("deriveBits", [pbkdf2, key, 513]) / once).toBeCloseTo(2, 1);
  expect(priceMs("deriveBits", [{ ...pbkdf2, name: "pbkdf2", iterations: ["100000"] }, key, 512])).toBe(once);
  expect(priceMs("deriveKey", [pbkdf2, key, { name: "AES-GCM", length: 256 }, false, []])).toBeCloseTo(once, 0);
});

test("what is refused at once costs next to nothing, and numbers that are none cost all", () => {
  expect(priceMs("deriveBits", [pbkdf2, password(["deriveKey"]), 512])).toBeLessThan(1);
  expect(priceMs("deriveBits", [{ ...pbkdf2, name: "HKDF" }, password(["deriveBits"]), 512])).toBeLessThan(1);
  expect(priceMs("deriveBits", [{ ...pbkdf2, iterations: {} }, password(["deriveBits"]), 512])).toBe(Infinity);
});

test("no output is larger than may cross", () => {
  expect(priceMs("deriveBits", [pbkdf2, password(["deriveBits"]), 2 ** 32 - 8])).toBe(Infinity);
  expect(priceMs("digest", [{ name: "cSHAKE128", outputLength: 2 ** 32 - 8 }, salt])).toBe(Infinity);
  expect(priceMs("generateKey", [{ name: "HMAC", hash: "SHA-1", length: 2 ** 32 - 8 }, true, ["sign"]])).toBe(Infinity);
});
