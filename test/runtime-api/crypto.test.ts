import { createHmac } from "node:crypto";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

const hex =
  'const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");';
const bytes = "const utf8 = (text) => new TextEncoder().encode(text);";

describe("crypto", () => {
  test("random values fill any view of integers, within the quota", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const a = new Uint8Array(64); const same = crypto.getRandomValues(a) === a;
         const inside = new Uint8Array(32); crypto.getRandomValues(new Uint16Array(inside.buffer, 8, 8));
         return [same, a.some((b) => b !== 0), inside.subarray(0, 8).every((b) => b === 0), inside.subarray(24).every((b) => b === 0),
           inside.subarray(8, 24).some((b) => b !== 0), crypto.getRandomValues(new BigInt64Array(2)).length, crypto.getRandomValues(new Uint8Array(0)).length];`,
      ),
    ).toEqual([true, true, true, true, true, 2, 0]);
    await expectLikeNode(
      it,
      `return [thrown(() => crypto.getRandomValues(new Uint8Array(65537))), thrown(() => crypto.getRandomValues(new Float32Array(1))),
         thrown(() => crypto.getRandomValues(new DataView(new ArrayBuffer(1)))), thrown(() => crypto.getRandomValues(new Uint8Array(65536)))];`,
    );
    expect(await inside(it, "return thrown(() => crypto.getRandomValues([]));")).toBe("TypeError");
  });

  test("randomUUID", async () => {
    const it = await guest();
    expect(await inside(it, "return crypto.randomUUID();")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(await inside(it, "return crypto.randomUUID() !== crypto.randomUUID();")).toBe(true);
  });

  test("digests", async () => {
    const it = await guest();
    for (const name of ["SHA-1", "SHA-256", "sha-384", "SHA-512"]) {
      await expectLikeNode(
        it,
        `${hex}${bytes} const long = utf8("x".repeat(1000)); return [hex(await crypto.subtle.digest("${name}", utf8("abc"))),
           hex(await crypto.subtle.digest({ name: "${name}" }, long.subarray(3, 500))), hex(await crypto.subtle.digest("${name}", long.buffer)),
           hex(await crypto.subtle.digest("${name}", new DataView(long.buffer, 1, 2)))];`,
      );
    }
    await expectLikeNode(
      it,
      `return [await rejected(crypto.subtle.digest("MD4", new Uint8Array())), await rejected(crypto.subtle.digest("SHA-1", "text")),
         await rejected(crypto.subtle.digest({}, new Uint8Array())), (await crypto.subtle.digest("SHA-1", new Uint8Array())) instanceof ArrayBuffer];`,
    );
  });

  test("HMAC signs, verifies, imports and exports as Node does", async () => {
    const it = await guest();
    for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
      for (const length of [1, 20, 64, 65, 128, 200]) {
        await expectLikeNode(
          it,
          `${hex}${bytes} const key = await crypto.subtle.importKey("raw", new Uint8Array(${length}).fill(7), { name: "HMAC", hash: "${hash}" }, true, ["verify", "sign"]);
           const signature = await crypto.subtle.sign("HMAC", key, utf8("message"));
           const jwk = await crypto.subtle.exportKey("jwk", key);
           const again = await crypto.subtle.importKey("jwk", jwk, { name: "hmac", hash: { name: "${hash}" } }, false, ["verify"]);
           const tampered = new Uint8Array(signature.slice(0)); tampered[0] ^= 1;
           return [hex(signature), jwk, key.algorithm, key.usages, key.type, key.extractable, again.usages, hex(await crypto.subtle.exportKey("raw", key)),
             await crypto.subtle.verify("HMAC", again, signature, utf8("message")), await crypto.subtle.verify("HMAC", again, tampered, utf8("message")),
             await crypto.subtle.verify("HMAC", again, signature.slice(1), utf8("message")),
             await rejected(crypto.subtle.exportKey("raw", again)), await rejected(crypto.subtle.sign("HMAC", again, utf8("m")))];`,
        );
      }
    }
  });

  test("keys are generated, and bad ones refused, as Node does", async () => {
    const it = await guest();
    const hmac = '{ name: "HMAC", hash: "SHA-256" }';
    await expectLikeNode(
      it,
      `const lengths = []; for (const hash of ["SHA-1", "SHA-512"]) {
         const key = await crypto.subtle.generateKey({ name: "HMAC", hash }, true, ["sign"]);
         lengths.push(key.algorithm.length, (await crypto.subtle.exportKey("raw", key)).byteLength);
       }
       lengths.push((await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-1", length: 24 }, true, ["sign"])).algorithm); return lengths;`,
    );
    for (const call of [
      `crypto.subtle.importKey("raw", new Uint8Array(0), ${hmac}, true, ["sign"])`,
      `crypto.subtle.importKey("raw", new Uint8Array(4), ${hmac}, true, [])`,
      `crypto.subtle.importKey("raw", new Uint8Array(4), ${hmac}, true, ["encrypt"])`,
      `crypto.subtle.importKey("raw", new Uint8Array(4), ${hmac}, true, ["nonsense"])`,
      `crypto.subtle.importKey("raw", new Uint8Array(4), { name: "HMAC" }, true, ["sign"])`,
      `crypto.subtle.importKey("raw", new Uint8Array(4), { name: "HMAC", hash: "SHA-256", length: 64 }, true, ["sign"])`,
      `crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", alg: "HS512" }, ${hmac}, true, ["sign"])`,
      `crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", ext: false }, ${hmac}, true, ["sign"])`,
      `crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", key_ops: ["verify"] }, ${hmac}, true, ["sign"])`,
      `crypto.subtle.importKey("jwk", { kty: "oct", k: "AAAA", use: "enc" }, ${hmac}, true, ["sign"])`,
      `crypto.subtle.importKey("jwk", { kty: "RSA" }, ${hmac}, true, ["sign"])`,
      `crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-1", length: 0 }, true, ["sign"])`,
      `crypto.subtle.sign("HMAC", {}, new Uint8Array())`,
    ]) {
      await expectLikeNode(it, `return await rejected(${call});`);
    }
    expect(await inside(it, "return [thrown(() => new CryptoKey()), Object.keys(CryptoKey)];")).toEqual([
      "TypeError",
      [],
    ]);
  });
});

test("jose signs and verifies a JWT", async () => {
  const bundle = await build({
    stdin: {
      contents: `import { SignJWT, jwtVerify } from "jose";
        const secret = new TextEncoder().encode("a secret of at least thirty-two bytes");
        export default { async fetch() {
          const token = await new SignJWT({ who: "me" }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(secret);
          const { payload } = await jwtVerify(token, secret);
          const forged = await jwtVerify(token.slice(0, -4) + "AAAA", secret).catch((error) => error.code);
          return Response.json({ token, who: payload.who, forged });
        } };`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker"],
  });
  const it = await guest({ main: bundle.outputFiles[0]?.text ?? "" });
  const { text } = await it.request("http://h/");
  const { token, who, forged } = JSON.parse(text);
  expect([who, forged]).toEqual(["me", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]);
  const [header, payload, signature] = token.split(".");
  const expected = createHmac("sha256", "a secret of at least thirty-two bytes").update(`${header}.${payload}`);
  expect(signature).toBe(expected.digest("base64url"));
});
