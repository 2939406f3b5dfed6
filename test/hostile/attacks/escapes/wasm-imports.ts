import { type FunctionAttack, handler } from "../../attack.ts";

/** (import "wasi_snapshot_preview1" "fd_write" (func)) */
const wasi = Uint8Array.from(
  Buffer.concat([
    Buffer.from("0061736d010000000104016000000223011677617369", "hex"),
    Buffer.from("_snapshot_preview1\x08fd_write\x00\x00", "latin1"),
  ]),
);

export default {
  title: "WebAssembly that imports what only a host has",
  holds: "There is nothing to link it with: a LinkError or TypeError of the function's own.",
  severity: "tame",
  source: {
    "index.js": handler(
      `try { new WebAssembly.Instance(wasi, { wasi_snapshot_preview1: {} }); return new Response("linked"); } catch (error) { return new Response(error.name); }`,
      'import wasi from "./wasi.wasm";',
    ),
    "wasi.wasm": { type: "application/wasm", content: wasi },
  },
  expectation: { answers: [200], body: /^(LinkError|TypeError|CompileError)$/ },
} satisfies FunctionAttack;
