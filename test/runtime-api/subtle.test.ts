import { createPublicKey, verify, webcrypto } from "node:crypto";
import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

const { subtle } = webcrypto;

const tools = `
  const { subtle } = crypto;
  const bytes = (length, from = 1) => Uint8Array.from({ length }, (_, i) => (i * 7 + from) & 255);
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");
  const secret = (algorithm, usages, length = 32) => subtle.importKey("raw-secret", bytes(length), algorithm, true, usages);
  const shown = (key) => [key.type, key.extractable, key.algorithm, key.usages];
`;

function rsaJwk(): Promise<webcrypto.JsonWebKey> {
  const algorithm = {
    name: "RSA-PSS",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  return subtle.generateKey(algorithm, true, ["sign"]).then(({ privateKey }) => plain(privateKey));
}

async function plain(key: webcrypto.CryptoKey): Promise<webcrypto.JsonWebKey> {
  const { key_ops: _, ...jwk } = await subtle.exportKey("jwk", key);
  delete jwk.alg;
  return jwk;
}

describe("what gives the same each time gives what it gives in Node", () => {
  test("digests", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      `${tools} const found = {};
       for (const name of ["SHA3-256", "SHA3-384", "sha3-512", { name: "cSHAKE128", outputLength: 256 }, { name: "cSHAKE256", outputLength: 20 },
         { name: "KT128", outputLength: 128, customization: bytes(3) }, { name: "TurboSHAKE256", outputLength: 64, domainSeparation: 7 }])
         found[JSON.stringify(name)] = hex(await subtle.digest(name, bytes(300)));
       // Past what is done at once.
       found.large = hex(await subtle.digest("SHA-256", bytes(100_000)));
       return found;`,
    );
  });

  test("ciphers", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      `${tools} const found = {};
       const params = {
         "AES-CBC": [{ iv: bytes(16) }],
         "AES-CTR": [{ counter: bytes(16), length: 64 }, { counter: new Uint8Array(16).fill(255), length: 8 }, { counter: new Uint8Array(16).fill(255), length: 40 }],
         "AES-GCM": [{ iv: bytes(12) }, { iv: bytes(16), additionalData: bytes(5), tagLength: 96 }],
         "AES-OCB": [{ iv: bytes(12), additionalData: bytes(3) }],
         "ChaCha20-Poly1305": [{ iv: bytes(12) }, { iv: bytes(12), additionalData: bytes(40) }],
       };
       for (const name in params) for (const size of name.startsWith("AES") ? [16, 24, 32] : [32]) {
         const key = await secret(name, ["encrypt", "decrypt"], size);
         for (const param of params[name]) for (const length of size === 24 ? [5] : [0, 5, 100, 70_000]) {
           const algorithm = { name, ...param };
           const sealed = await subtle.encrypt(algorithm, key, bytes(length)).catch((error) => error.name);
           if (typeof sealed === "string") { found[name + size + length + param.length] = sealed; continue; }
           const opened = await subtle.decrypt(algorithm, key, sealed);
           const broken = new Uint8Array(sealed.slice(0)); broken[broken.length - 1] ^= 1;
           const end = (buffer) => [buffer.byteLength, hex(buffer.slice(-32))];
           found[[name, size, length, Object.keys(param), param.length]] = [end(sealed), end(opened),
             await subtle.decrypt(algorithm, key, broken).then(end, (error) => error.name)];
         }
       }
       return found;`,
    );
  });

  test("macs and derived bits and keys", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      `${tools} const found = {};
       const kmac = await secret("KMAC256", ["sign", "verify"]);
       found.kmac = [hex(await subtle.sign({ name: "KMAC256", outputLength: 256, customization: bytes(4) }, kmac, bytes(50))), shown(kmac)];
       for (const hash of ["SHA-1", "SHA-256", "SHA-512", "SHA3-256"]) {
         const hkdf = await subtle.importKey("raw", bytes(20), "HKDF", false, ["deriveBits", "deriveKey"]);
         const withHkdf = { name: "HKDF", hash, salt: bytes(10), info: bytes(6) };
         found["hkdf" + hash] = [hex(await subtle.deriveBits(withHkdf, hkdf, 400)), hex(await subtle.deriveBits(withHkdf, hkdf, 0)),
           await rejected(subtle.deriveBits(withHkdf, hkdf, 7)), await rejected(subtle.deriveBits(withHkdf, hkdf)), await rejected(subtle.deriveBits(withHkdf, hkdf, 1e6 * 8))];
         const pbkdf2 = await subtle.importKey("raw", bytes(20), "PBKDF2", false, ["deriveBits", "deriveKey"]);
         const withPbkdf2 = { name: "PBKDF2", hash, salt: bytes(10), iterations: 1000 };
         const derived = await subtle.deriveKey(withPbkdf2, pbkdf2, { name: "HMAC", hash: "SHA-256", length: 256 }, true, ["sign"]);
         found["pbkdf2" + hash] = [hex(await subtle.deriveBits(withPbkdf2, pbkdf2, 256)), shown(derived), hex(await subtle.exportKey("raw", derived))];
         const aes = await subtle.deriveKey(withHkdf, hkdf, { name: "AES-GCM", length: 128 }, true, ["encrypt"]);
         found["aes" + hash] = [shown(aes), await subtle.exportKey("jwk", aes)];
       }
       const argon2 = await subtle.importKey("raw-secret", bytes(16), "Argon2id", false, ["deriveBits"]);
       found.argon2 = hex(await subtle.deriveBits({ name: "Argon2id", nonce: bytes(16), parallelism: 1, memory: 64, passes: 2 }, argon2, 256));
       return found;`,
    );
  });

  test("signatures without chance, and keys in all formats", async () => {
    const it = await guest();
    const jwk = JSON.stringify(await rsaJwk());
    const p256 = JSON.stringify(
      await plain((await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])).privateKey),
    );
    await expectLikeNode(
      it,
      `${tools} const found = {}; const rsa = ${jwk}, ec = ${p256};
       const publicOf = ({ kty, n, e, crv, x, y }) => ({ kty, ...(n ? { n, e } : { crv, x, y }) });
       for (const [name, jwk, hash, uses] of [["RSASSA-PKCS1-v1_5", rsa, "SHA-256", ["sign", "verify"]], ["RSASSA-PKCS1-v1_5", rsa, "SHA-1", ["sign", "verify"]], ["RSA-PSS", rsa, "SHA-384", ["sign", "verify"]],
         ["RSA-OAEP", rsa, "SHA-256", ["decrypt", "encrypt"]], ["ECDSA", ec, undefined, ["sign", "verify"]], ["ECDH", ec, undefined, ["deriveBits", undefined]]]) {
         const algorithm = { name, hash, namedCurve: jwk.crv };
         const key = await subtle.importKey("jwk", jwk, algorithm, true, [uses[0]]);
         const other = await subtle.importKey("jwk", publicOf(jwk), algorithm, true, uses[1] ? [uses[1]] : []);
         const pkcs8 = await subtle.exportKey("pkcs8", key), spki = await subtle.exportKey("spki", other);
         const again = await subtle.importKey("pkcs8", pkcs8, algorithm, false, [uses[0]]);
         const otherAgain = await subtle.importKey("spki", spki, algorithm, true, uses[1] ? [uses[1]] : []);
         const results = found[name + hash] = [shown(key), shown(other), hex(pkcs8), hex(spki), await subtle.exportKey("jwk", key), await subtle.exportKey("jwk", otherAgain),
           await rejected(subtle.exportKey("pkcs8", again)), await rejected(subtle.exportKey("spki", key)), await subtle.exportKey("raw", other).then(hex, (error) => error.name),
           await subtle.exportKey("jwk", await subtle.getPublicKey(key, uses[1] ? [uses[1]] : []))];
         if (name === "RSASSA-PKCS1-v1_5") results.push(hex(await subtle.sign(name, again, bytes(50))));
         if (uses[0] === "sign") {
           const params = { name, hash: "SHA-256", saltLength: 20 };
           const signature = await subtle.sign(params, again, bytes(50));
           results.push(await subtle.verify(params, otherAgain, signature, bytes(50)), await subtle.verify(params, other, signature, bytes(51)), await subtle.verify(params, other, signature.slice(1), bytes(50)));
         }
         if (name === "RSA-OAEP") {
           const sealed = await subtle.encrypt({ name, label: bytes(3) }, other, bytes(20));
           results.push(hex(await subtle.decrypt({ name, label: bytes(3) }, again, sealed)), await rejected(subtle.decrypt(name, again, sealed)));
         }
         if (name === "ECDH") results.push(hex(await subtle.deriveBits({ name, public: otherAgain }, again, 256)), hex(await subtle.deriveBits({ name, public: other }, key)), hex(await subtle.deriveBits({ name, public: other }, key, 11)));
       }
       return found;`,
    );
  });
});

describe("keys", () => {
  const pairs: readonly (readonly [algorithm: string, usages: string])[] = [
    ['{ name: "ECDSA", namedCurve: "P-256" }', '["sign", "verify"]'],
    ['{ name: "ECDSA", namedCurve: "P-521" }', '["sign", "verify"]'],
    ['{ name: "ECDH", namedCurve: "P-256" }', '["deriveKey"]'],
    ['"Ed25519"', '["sign", "verify"]'],
    ['"Ed448"', '["sign", "verify"]'],
    ['"X25519"', '["deriveBits"]'],
    ['"ML-DSA-44"', '["sign", "verify"]'],
    ['"ML-KEM-512"', '["encapsulateBits", "decapsulateBits"]'],
  ];

  test("pairs are generated with the attributes that Node gives them", async () => {
    const it = await guest();
    for (const [algorithm, usages] of pairs) {
      await expectLikeNode(
        it,
        `${tools} const { publicKey, privateKey } = await subtle.generateKey(${algorithm}, false, ${usages});
         return [shown(publicKey), shown(privateKey), publicKey.algorithm === publicKey.algorithm, publicKey.usages === publicKey.usages,
           Object.prototype.toString.call(publicKey), await rejected(subtle.generateKey(${algorithm}, true, [])), await rejected(subtle.exportKey("pkcs8", privateKey))];`,
      );
    }
  });

  test("what the guest signs, Node verifies", async () => {
    const it = await guest();
    const [spki, signature] = (await inside(
      it,
      `${tools} const { publicKey, privateKey } = await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
       return [hex(await subtle.exportKey("spki", publicKey)), hex(await subtle.sign("Ed25519", privateKey, bytes(10)))];`,
    )) as string[];
    const key = createPublicKey({ key: Buffer.from(spki ?? "", "hex"), format: "der", type: "spki" });
    const data = Uint8Array.from({ length: 10 }, (_, i) => (i * 7 + 1) & 255);
    expect(verify(null, data, key, Buffer.from(signature ?? "", "hex"))).toBe(true);
  });

  test("shared secrets are encapsulated and decapsulated", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${tools} const { publicKey, privateKey } = await subtle.generateKey("ML-KEM-768", false, ["encapsulateKey", "decapsulateKey", "encapsulateBits", "decapsulateBits"]);
         const bits = await subtle.encapsulateBits("ML-KEM-768", publicKey);
         const opened = await subtle.decapsulateBits("ML-KEM-768", privateKey, bits.ciphertext);
         const aes = await subtle.encapsulateKey("ML-KEM-768", publicKey, "AES-GCM", true, ["encrypt"]);
         const same = await subtle.decapsulateKey("ML-KEM-768", privateKey, aes.ciphertext, "AES-GCM", true, ["encrypt"]);
         return [hex(bits.sharedKey) === hex(opened), opened.byteLength, hex(await subtle.exportKey("raw", aes.sharedKey)) === hex(await subtle.exportKey("raw", same))];`,
      ),
    ).toEqual([true, 32, true]);
  });

  test("keys are wrapped and unwrapped", async () => {
    const it = await guest();
    await expectLikeNode(
      it,
      `${tools} const found = [];
       for (const [name, params] of [["AES-KW", {}], ["AES-GCM", { iv: bytes(12) }], ["AES-CBC", { iv: bytes(16) }]]) {
         const wrapping = await secret(name, ["wrapKey", "unwrapKey"]);
         const key = await secret({ name: "HMAC", hash: "SHA-256" }, ["sign"]);
         for (const format of ["raw", "jwk"]) {
           const wrapped = await subtle.wrapKey(format, key, wrapping, { name, ...params });
           const again = await subtle.unwrapKey(format, wrapped, wrapping, { name, ...params }, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
           found.push(hex(wrapped), shown(again), hex(await subtle.sign("HMAC", again, bytes(3))));
         }
         found.push(await rejected(subtle.unwrapKey("raw", bytes(20), wrapping, { name, ...params }, "HMAC", false, ["sign"])),
           await rejected(subtle.unwrapKey("raw", bytes(20), wrapping, { name, ...params }, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])));
       }
       return found;`,
    );
  });

  test("a key can be cloned, with all that it has", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${tools} const key = await secret({ name: "HMAC", hash: "SHA-256" }, ["sign"]);
         key.algorithm.name = "changed"; key.usages.push("verify");
         const { copy } = structuredClone({ copy: key });
         return [copy instanceof CryptoKey, copy !== key, shown(copy), hex(await subtle.sign("HMAC", copy, bytes(3))) === hex(await subtle.sign("HMAC", key, bytes(3))),
           key.algorithm.name, await rejected(subtle.verify("HMAC", key, bytes(32), bytes(3)))];`,
      ),
    ).toEqual([
      true,
      true,
      ["secret", true, { length: 256, name: "HMAC", hash: { name: "SHA-256" } }, ["sign"]],
      true,
      "changed",
      "InvalidAccessError",
    ]);
  });

  test("more keys than the host keeps open work all", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${tools} const keys = []; for (let i = 0; i < 100; i++) keys.push(await subtle.importKey("raw", bytes(16, i), { name: "HMAC", hash: "SHA-1" }, true, ["sign"]));
         const exported = await Promise.all(keys.map((key) => subtle.exportKey("raw", key)));
         return exported.every((raw, i) => hex(raw) === hex(bytes(16, i)));`,
      ),
    ).toBe(true);
  });
});

describe("errors", () => {
  test("come in the order and with the names that they have in Node", async () => {
    const it = await guest();
    for (const call of [
      'digest("nothing", bytes(1))',
      'digest("nothing", 1)',
      'digest("SHA-1")',
      "digest({}, bytes(1))",
      'digest({ get name() { throw new RangeError("mine"); } }, bytes(1))',
      'encrypt("AES-CBC", await secret("AES-CBC", ["encrypt"]), bytes(1))',
      'encrypt({ name: "AES-CBC", iv: bytes(3) }, await secret("AES-CBC", ["encrypt"]), bytes(1))',
      'encrypt({ name: "AES-CBC", iv: bytes(16) }, await secret("AES-CBC", ["decrypt"]), bytes(1))',
      'encrypt({ name: "AES-CBC", iv: bytes(16) }, await secret("AES-GCM", ["encrypt"]), bytes(1))',
      'encrypt({ name: "AES-CTR", counter: bytes(16), length: 256 }, await secret("AES-CTR", ["encrypt"]), bytes(1))',
      'encrypt({ name: "AES-CTR", counter: bytes(16), length: 129 }, await secret("AES-CTR", ["encrypt"]), bytes(1))',
      'encrypt({ name: "AES-GCM", iv: bytes(12), tagLength: 33 }, await secret("AES-GCM", ["encrypt"]), bytes(1))',
      'decrypt({ name: "AES-GCM", iv: bytes(12) }, await secret("AES-GCM", ["decrypt"]), bytes(3))',
      'encrypt("HMAC", await secret("AES-GCM", ["encrypt"]), bytes(1))',
      'sign("HMAC", 1, bytes(1))',
      'sign({ name: "ECDSA" }, await secret("AES-GCM", ["encrypt"]), bytes(1))',
      'generateKey({ name: "AES-CBC", length: 100 }, true, ["encrypt"])',
      'generateKey({ name: "AES-CBC" }, true, ["encrypt"])',
      'generateKey({ name: "AES-CBC", length: 128 }, true, ["sign"])',
      'generateKey({ name: "AES-CBC", length: 128 }, true, ["nonsense"])',
      'generateKey({ name: "AES-CBC", length: 128 }, true, "encrypt")',
      'generateKey({ name: "ECDSA", namedCurve: "P-1" }, true, ["sign"])',
      'generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["encrypt"])',
      'generateKey({ name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: bytes(9) }, true, ["sign"])',
      'generateKey({ name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: [1, 0, 1] }, true, ["sign"])',
      'generateKey({ name: "RSA-PSS", hash: { name: "KT128", outputLength: 128 }, modulusLength: 2048, publicExponent: bytes(3) }, true, ["sign"])',
      'importKey("nonsense", bytes(16), "AES-CBC", true, ["encrypt"])',
      'importKey("raw", bytes(15), "AES-CBC", true, ["encrypt"])',
      'importKey("raw", bytes(16), "AES-CBC", true, [])',
      'importKey("raw", bytes(16), "HKDF", true, ["deriveBits"])',
      'importKey("raw", {}, "AES-CBC", true, ["encrypt"])',
      'importKey("jwk", { kty: "oct", k: "not base64!" }, "AES-CBC", true, ["encrypt"])',
      'importKey("spki", bytes(50), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])',
      'importKey("pkcs8", bytes(50), { name: "RSA-PSS", hash: "SHA-1" }, true, ["verify"])',
      'importKey("raw", bytes(65), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])',
      'importKey("raw", bytes(32), "Ed25519", true, ["sign"])',
      'exportKey("spki", await secret("AES-GCM", ["encrypt"]))',
      'exportKey("raw")',
      'deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: bytes(1), iterations: 0 }, await subtle.importKey("raw", bytes(3), "PBKDF2", false, ["deriveBits"]), 8)',
      'deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: bytes(1), iterations: -1 }, await subtle.importKey("raw", bytes(3), "PBKDF2", false, ["deriveBits"]), 8)',
      'deriveBits({ name: "X25519", public: await secret("AES-GCM", ["encrypt"]) }, await secret("AES-GCM", ["encrypt"]), 8)',
    ]) {
      await expectLikeNode(it, `${tools} return await rejected((async () => subtle.${call})());`);
    }
  });

  test("what is no method of that object rejects, and interfaces have no constructors", async () => {
    await expectLikeNode(
      await guest(),
      `return [await rejected(crypto.subtle.digest.call({}, "SHA-1", new Uint8Array())), thrown(() => new SubtleCrypto()), thrown(() => new Crypto()), thrown(() => new CryptoKey()),
         thrown(() => crypto.getRandomValues.call({}, new Uint8Array(1))), SubtleCrypto.prototype.deriveKey.length >= 0, String(crypto.subtle)];`,
    );
  });
});

describe("bounds", () => {
  test("what would take too long is refused before it begins", async () => {
    const it = await guest();
    const messages = (await inside(
      it,
      `${tools} const said = (promise) => promise.then(() => "done", (error) => error.name + ": " + error.message);
       const pbkdf2 = await subtle.importKey("raw", bytes(3), "PBKDF2", false, ["deriveBits"]);
       const argon2 = await subtle.importKey("raw-secret", bytes(3), "Argon2id", false, ["deriveBits"]);
       return Promise.all([
         said(subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(8), iterations: 4_000_000_000 }, pbkdf2, 256)),
         said(subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(8), iterations: 5_000_000 }, pbkdf2, 256)),
         said(subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(8), iterations: 1 }, pbkdf2, 4_294_967_288)),
         said(subtle.deriveBits({ name: "Argon2id", nonce: bytes(16), parallelism: 1, memory: 1 << 30, passes: 1 }, argon2, 256)),
         said(subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256", modulusLength: 16_384, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign"])),
         said(subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 4_000_000_000 }, true, ["sign"])),
         said(subtle.digest({ name: "KT128", outputLength: 4_000_000_000 }, bytes(1))),
         said(subtle.importKey("raw", bytes(70_000), { name: "HMAC", hash: "SHA-1" }, true, ["sign"])),
         said(subtle.digest("SHA-256", new Uint8Array(70 * 1024 * 1024))),
       ]);`,
    )) as string[];
    for (const message of messages) expect(message).toMatch(/^OperationError: (it|the key|at most)/);
    expect(messages[1]).toBe("OperationError: it takes about 1251 ms of CPU time");
  });

  test("so many calls wait at once, and no more; those answer", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${tools} const key = await subtle.importKey("raw", bytes(3), "PBKDF2", false, ["deriveBits"]);
         const derive = () => subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: bytes(8), iterations: 1 }, key, 160);
         const results = await Promise.allSettled(Array.from({ length: 1_200 }, derive));
         const counts = {}; for (const { status, reason } of results) counts[reason?.name ?? status] = (counts[reason?.name ?? status] ?? 0) + 1;
         return [counts, (await derive()).byteLength];`,
      ),
    ).toEqual([{ fulfilled: 1_000, OperationError: 200 }, 20]);
  });
});

test("what modules begin is there for the requests", async () => {
  const it = await guest({
    main: `const pair = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, false, ["sign", "verify"]);
      export default { async fetch() { const { privateKey } = await pair; return Response.json(privateKey.algorithm); } };`,
  });
  expect(JSON.parse((await it.request("http://h/")).text)).toEqual({ name: "ECDSA", namedCurve: "P-384" });
});

test("DigestStream hashes what is written, and says how much", async () => {
  const it = await guest();
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode("abc".repeat(50_000)));
  expect(
    await inside(
      it,
      `${tools} const stream = new crypto.DigestStream("SHA-256"); const writer = stream.getWriter();
       await writer.write("abc".repeat(20_000)); await writer.write(new TextEncoder().encode("abc".repeat(30_000))); await writer.close();
       const piped = new crypto.DigestStream({ name: "md5" }); await new Response("abc").body.pipeTo(piped);
       const broken = new crypto.DigestStream("SHA-1"); const reason = new Error("mine"); await broken.abort(reason);
       const wrong = new crypto.DigestStream("SHA-1"); const failed = rejected(wrong.getWriter().write(5));
       return [hex(await stream.digest), stream.bytesWritten, hex(await piped.digest), await rejected(broken.digest), await failed, await rejected(wrong.digest),
         thrown(() => new crypto.DigestStream("SHA-0")), thrown(() => Array.from({ length: 200 }, () => new crypto.DigestStream("SHA-1"))), stream instanceof WritableStream];`,
    ),
  ).toEqual([
    Buffer.from(digest).toString("hex"),
    150_000,
    "900150983cd24fb0d6963f7d28e17f72",
    "Error",
    "TypeError",
    "TypeError",
    "NotSupportedError",
    "OperationError",
    true,
  ]);
});

test("timingSafeEqual compares bytes of one length", async () => {
  expect(
    await inside(
      await guest(),
      `const a = new Uint8Array([1, 2, 3]); return [crypto.subtle.timingSafeEqual(a, new Uint8Array([1, 2, 3]).buffer), crypto.timingSafeEqual(a, new Uint8Array([1, 2, 4])),
        thrown(() => crypto.subtle.timingSafeEqual(a, new Uint8Array(2))), thrown(() => crypto.timingSafeEqual("a", "a"))];`,
    ),
  ).toEqual([true, false, "TypeError", "TypeError"]);
});
