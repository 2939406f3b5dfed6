import { type FunctionAttack, handler } from "../../attack.ts";

export default {
  title: "built-ins replaced under Node's modules, which call the host with what they get from them",
  holds: "The host takes nothing that the runtime would not send; what the function gets is its own affair.",
  severity: "tame",
  source: handler(
    `const seen = [];
    for (const run of [() => createHash("sha256").update("x").digest("hex"), () => Buffer.from("y".repeat(99)).toString(), () => randomBytes(9),
      () => createHmac("md5", "k").update("x".repeat(99_999)).digest(), () => promisify(gzip)("z")]) {
      try { seen.push(typeof await run()); } catch (error) { seen.push("threw"); }
    }
    return new Response("fine " + seen.length);`,
    `import { createHash, createHmac, randomBytes } from "node:crypto";
    import { Buffer } from "node:buffer";
    import { gzip } from "node:zlib";
    import { promisify } from "node:util";
    const { apply } = Reflect;
    Uint8Array.prototype.subarray = () => ({ length: 1e9, buffer: new ArrayBuffer(1), byteLength: 1e9 });
    Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "length", { get: () => 70_000 });
    Map.prototype.get = () => ({ name: "constructor", block: 1 }); String.prototype.toLowerCase = () => "__proto__";
    Math.min = () => -1; Array.prototype.push = function (value) { return apply([].concat, this, [value]).length; };`,
  ),
  times: 2,
  expectation: {
    answers: [200, "function_error", "function_cpu_limit", "function_memory_limit"],
    body: /^fine/,
    refused: ["module_failed"],
  },
} satisfies FunctionAttack;
