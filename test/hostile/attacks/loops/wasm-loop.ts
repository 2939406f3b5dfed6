import { type FunctionAttack, handler, outOfTime } from "../../attack.ts";

/** (func (export "f") (loop (br 0))) */
const loop = Uint8Array.from(
  Buffer.from("0061736d0100000001040160000003020100070501016600000a0901070003400c000b0b", "hex"),
);

export default {
  title: "a loop in WebAssembly",
  holds: "Its request ends with 504 at its CPU limit, and only its isolate with it.",
  severity: "isolate",
  source: {
    "index.js": handler(
      "new WebAssembly.Instance(wasm).exports.f(); return new Response('ended');",
      'import wasm from "./loop.wasm";',
    ),
    "loop.wasm": { type: "application/wasm", content: loop },
  },
  expectation: { answers: outOfTime, death: /^cpu_limit$/ },
} satisfies FunctionAttack;
