import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "the longest derivations of keys and the largest RSA keys, a thousand at once",
  holds:
    "None begins that the request has no CPU time for: no thread of the host computes for a tenant who has not paid.",
  severity: "tame",
  source: handler(
    `const { subtle } = crypto; const bytes = new Uint8Array(16);
     const password = await subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
     const argon2 = await subtle.importKey("raw-secret", bytes, "Argon2id", false, ["deriveBits"]);
     const calls = [
       () => subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: bytes, iterations: 4294967295 }, password, 256),
       () => subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: bytes, iterations: 1 }, password, 4294967288),
       () => subtle.deriveBits({ name: "Argon2id", nonce: bytes, parallelism: 1, memory: 4194304, passes: 1 }, argon2, 256),
       () => subtle.generateKey({ name: "RSA-PSS", hash: "SHA-1", modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]) }, false, ["sign"]),
       () => subtle.generateKey({ name: "HMAC", hash: "SHA-1", length: 4294967288 }, false, ["sign"]),
     ];
     const all = await Promise.allSettled(Array.from({ length: 1_000 }, (_, i) => calls[i % calls.length]()));
     return new Response(String(all.filter(({ reason }) => reason?.name === "OperationError").length));`,
  ),
  manifest: { limits: { cpuMs: 2_000, memoryMb: 128 } },
  expectation: { answers: [200], body: /^1000$/ },
} satisfies FunctionAttack;
