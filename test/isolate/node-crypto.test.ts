import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { SubtleRecord } from "../../runtime-api/crypto-ops.ts";
import { GuestCrypto, type SubtleCaller } from "../../src/isolate/crypto/guest-crypto.ts";
import { GuestFault } from "../../src/isolate/op-arguments.ts";

/* What the runtime inside an isolate never sends, but a tenant who has tampered with it may. */

const caller: SubtleCaller = {
  over: false,
  owner: {},
  onThread: false,
  forbids: () => undefined,
  charge: (ms) => (ms > 300 ? "too dear" : undefined),
  settle: () => undefined,
};
const bytes = new Uint8Array(16);
const b = { bytes: 4 };

function said(...call: unknown[]): unknown {
  const crypto = new GuestCrypto();
  try {
    const answer = crypto.call(caller, () => 1, JSON.stringify(call), "", bytes);
    return typeof answer === "string" ? Object.keys(JSON.parse(answer) as SubtleRecord)[0] : answer;
  } catch (error) {
    if (error instanceof GuestFault) return "fault";
    throw error;
  }
}

test.each([
  ["node.scrypt", b],
  ["node.scryptSync", b, b, 8, null],
  ["node.scryptSync", b, b, 8, { N: 0, r: 0, p: 100, maxmem: 1e12 }],
  ["node.scryptSync", b, b, 8, { N: 2, r: 1, p: 1e9, maxmem: 1e12 }],
  ["node.scryptSync", b, b, 8, { N: 2 ** 12, r: 1, p: 1, maxmem: 1 }],
  ["node.scryptSync", b, b, 2 ** 40, { N: 2, r: 1, p: 1, maxmem: 1e6 }],
  ["node.pbkdf2", b, b, 8, 1e12, "sha256"],
  ["node.pbkdf2", b, b, "x", 1, "sha256"],
  ["node.pbkdf2", b, b, 8, 1, {}],
  ["node.createKey", "private", b, { format: "pem" }],
  ["node.createKey", "secret", b, null],
  ["node.createKey", "public", { kty: "EC", crv: "P-256", x: "AA", y: "AA" }, { format: "jwk" }],
  ["node.generateKeyPair", "slh-dsa-sha2-128s", ""],
  ["node.generateKeyPair", "ec", "__proto__"],
  ["node.generateKeyPair", "rsa", {}],
  ["node.startCipher", "des-ede3-cbc", true, b, b, null],
  ["node.startCipher", "aes-128-gcm", true, b, b, 1e9],
  ["node.stepCipher", 1, { final: true }],
  ["node.stepCipher", 1, null],
])("%s %j %j %j is refused", (...call) => {
  expect(said(...call)).toBe("error");
});

test.each([
  ["node.sign", null, b, "key", {}],
  ["node.exportKey", 1],
  ["node.crypt", "toString", b, b, {}],
  ["node.none"],
])("%s %j is a fault of the guest's", (...call) => {
  expect(said(...call)).toBe("fault");
});

test("what fails leaves nothing behind that the next key would be refused for", () => {
  const key = generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" });
  const cost = { N: 2 ** 12, r: 1, p: 1, maxmem: 1 };
  for (const method of ["node.scryptSync", "node.scrypt"]) {
    said(method, b, b, 8, cost);
    expect(createPrivateKey({ key, format: "der", type: "pkcs8" }).type).toBe("private");
  }
});
