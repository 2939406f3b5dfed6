import * as jose from "jose";

const secret = new TextEncoder().encode("it is a secret of ours, and long enough for it");

const tests = {
  /** Signs with each algorithm and reads it again. */
  async signatures() {
    const names = ["HS256", "RS256", "PS384", "ES256", "ES512", "EdDSA"];
    const read = names.map(async (alg) => {
      const pair = alg === "HS256" ? { privateKey: secret, publicKey: secret } : await jose.generateKeyPair(alg);
      const token = await new jose.SignJWT({ alg })
        .setProtectedHeader({ alg })
        .setExpirationTime("2h")
        .sign(pair.privateKey);
      const { payload, protectedHeader } = await jose.jwtVerify(token, pair.publicKey);
      return payload.alg === protectedHeader.alg && token.split(".").length === 3;
    });
    return Object.fromEntries((await Promise.all(read)).map((right, i) => [names[i], right]));
  },
  async encryption() {
    const { publicKey, privateKey } = await jose.generateKeyPair("RSA-OAEP-256");
    const header = { alg: "RSA-OAEP-256", enc: "A256GCM" };
    const token = await new jose.EncryptJWT({ secret: "größer" }).setProtectedHeader(header).encrypt(publicKey);
    const { payload } = await jose.jwtDecrypt(token, privateKey);
    const shared = await new jose.CompactEncrypt(new TextEncoder().encode("shared"))
      .setProtectedHeader({ alg: "dir", enc: "A128CBC-HS256" })
      .encrypt(new Uint8Array(32).fill(7));
    const { plaintext } = await jose.compactDecrypt(shared, new Uint8Array(32).fill(7));
    return [payload.secret, new TextDecoder().decode(plaintext)];
  },
  async keySets() {
    const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await jose.exportJWK(publicKey)), kid: "one", alg: "ES256" };
    const pem = await jose.exportPKCS8(privateKey);
    const key = await jose.importPKCS8(pem, "ES256");
    const token = await new jose.SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "ES256", kid: "one" }).sign(key);
    const { payload } = await jose.jwtVerify(token, jose.createLocalJWKSet({ keys: [jwk] }));
    return [payload.sub, await jose.calculateJwkThumbprint(rfcKey)];
  },
  async refused() {
    const token = await new jose.SignJWT({}).setProtectedHeader({ alg: "HS256" }).setExpirationTime(1).sign(secret);
    const codes = [token, `${token.slice(0, -4)}AAAA`, "no.token"].map((one) =>
      jose.jwtVerify(one, secret).catch((error) => error.code),
    );
    return Promise.all(codes);
  },
  async known() {
    return new jose.SignJWT({ sub: "1234567890", iat: 1516239022 })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .sign(secret);
  },
};

/** Of RFC 7638, section 3.1. */
const rfcKey = {
  kty: "RSA",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
};

export default {
  fetch: async (request) => Response.json(await tests[new URL(request.url).pathname.slice(1)]()),
};
