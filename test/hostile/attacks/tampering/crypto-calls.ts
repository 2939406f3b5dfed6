import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "what calls of crypto.subtle are made of, replaced",
  holds: "The host reads calls as it would a stranger's: a key can be used for what it was made for only, or nothing.",
  severity: "tame",
  source: handler(
    `const key = await crypto.subtle.importKey("raw", new Uint8Array(16), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
     Object.prototype.toJSON = Array.prototype.toJSON = () => ["exportKey", "raw", { key: 0 }];
     Array.prototype.includes = () => true; Array.prototype.push = function () { this[this.length] = { bytes: 1 << 30 }; };
     Object.prototype.error = "stolen"; Object.prototype.key = 0; Object.prototype.bytes = 99;
     const results = [];
     for (const call of [() => crypto.subtle.exportKey("raw", key), () => crypto.subtle.sign("HMAC", key, new Uint8Array(1)), () => crypto.subtle.digest("SHA-256", new Uint8Array(70_000))])
       results[results.length] = await call().then((bytes) => bytes.byteLength, (error) => error.name);
     return new Response(results.join());`,
  ),
  manifest: { limits: { cpuMs: 500, memoryMb: 128 } },
  expectation: {
    answers: [200, "function_error"],
    body: /^(InvalidAccessError|TypeError|OperationError),(InvalidAccessError|TypeError|OperationError),/,
  },
} satisfies FunctionAttack;
