import { createHmac } from "node:crypto";
import type { Case } from "../case.ts";

const basic = { authorization: `Basic ${btoa("ada:lovelace")}` };
const bearer = { authorization: "Bearer t0ken" };
const form = { "content-type": "application/x-www-form-urlencoded" };

const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
const token = (claims: object, secret = "it is a secret of ours"): string => {
  const content = `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
};
const withToken = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });

const hono: readonly Case[] = [
  { to: "hono-auth/basic", status: 401, headers: { "www-authenticate": 'Basic realm="Secure Area"' } },
  { to: "hono-auth/basic", send: { headers: basic }, text: "in" },
  { to: "hono-auth/bearer", send: withToken("other"), status: 401 },
  { to: "hono-auth/bearer", send: { headers: bearer }, text: "in" },
  { to: "hono-auth/jwt", send: withToken(token({ sub: "ada" })), json: { sub: "ada" } },
  { to: "hono-auth/jwt", send: withToken(token({ sub: "ada", exp: 1 })), status: 401 },
  { to: "hono-auth/jwt", send: withToken(token({ sub: "ada" }, "guessed")), status: 401 },
  { to: "hono-auth/jwt-of/ada", text: token({ sub: "ada" }) },
  { to: "hono-auth/jwk-of/ada", json: { sub: "ada" } },
  { to: "hono-auth/jwk", send: withToken(token({ sub: "ada" })), status: 401 },
  { to: "hono-auth/csrf", send: { method: "POST", headers: { ...form, origin: "https://bad.example" } }, status: 403 },
  { to: "hono-auth/csrf", send: { method: "POST", headers: { ...form, origin: "https://good.example" } }, text: "in" },
  { to: "hono-auth/ip", send: { headers: { "x-address": "10.1.1.1" } }, status: 403 },
  { to: "hono-auth/ip", send: { headers: { "x-address": "11.1.1.1" } }, text: "in" },
  { to: "hono-auth/some", send: { headers: basic }, text: "in" },
  { to: "hono-auth/some", status: 401 },
  { to: "hono-auth/every", send: { method: "POST", headers: { ...bearer, ...form } }, status: 403 },
  { to: "hono-auth/every", send: { headers: bearer }, text: "in" },
  { to: "hono-auth/except/open", text: "in" },
  { to: "hono-auth/except/closed", status: 401 },
];

const jose: readonly Case[] = [
  {
    to: "jose/signatures",
    json: { HS256: true, RS256: true, PS384: true, ES256: true, ES512: true, EdDSA: true },
  },
  { to: "jose/encryption", json: ["größer", "shared"] },
  // The thumbprint is that of RFC 7638.
  { to: "jose/keySets", json: ["ada", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"] },
  { to: "jose/refused", json: ["ERR_JWT_EXPIRED", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "ERR_JWS_INVALID"] },
  {
    to: "jose/known",
    json: token({ sub: "1234567890", iat: 1516239022 }, "it is a secret of ours, and long enough for it"),
  },
];

const wrongSignature = "JsonWebTokenError: invalid signature";

const jsonwebtoken: readonly Case[] = [
  { to: "jsonwebtoken/known", json: token({ sub: "ada" }) },
  { to: `jsonwebtoken/read?token=${token({ sub: "bob" })}`, json: { sub: "bob" } },
  {
    to: "jsonwebtoken/signatures",
    json: ["RS256", "PS384", "ES256", "ES512"].map((name) => [name, name, wrongSignature]),
  },
  {
    to: "jsonwebtoken/refused",
    json: [
      "TokenExpiredError: jwt expired",
      wrongSignature,
      "JsonWebTokenError: jwt audience invalid. expected: them",
      "JsonWebTokenError: jwt malformed",
      "Error: secretOrPrivateKey must be an asymmetric key when using RS256",
    ],
  },
];

export const authentication = [...hono, ...jose, ...jsonwebtoken];
