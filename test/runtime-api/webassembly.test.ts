import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

/** A module with an imported function m.f and an exported function run() that gives f() + 1. */
const wasm = `const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 7, 1, 1, 109, 1, 102, 0, 0, 3, 2, 1, 0,
  7, 7, 1, 3, 114, 117, 110, 0, 1, 10, 9, 1, 7, 0, 16, 0, 65, 1, 106, 11]); const imports = { m: { f: () => 41 } };`;

describe("WebAssembly", () => {
  test("instantiate() of bytes gives a module and an instance, of a module an instance", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${wasm} const { module, instance } = await WebAssembly.instantiate(wasm, imports);
         const compiled = await WebAssembly.compile(wasm.buffer); const second = await WebAssembly.instantiate(compiled, imports);
         return [instance.exports.run(), module instanceof WebAssembly.Module, compiled instanceof WebAssembly.Module, second instanceof WebAssembly.Instance, second.exports.run()];`,
      ),
    ).toEqual([42, true, true, true, 42]);
  });

  test("what is wrong is a rejection", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${wasm} return [await rejected(WebAssembly.compile(new Uint8Array(4))), await rejected(WebAssembly.instantiate(wasm)),
           await rejected(WebAssembly.instantiate(wasm, { m: {} })), await rejected(WebAssembly.compile("x"))];`,
      ),
    ).toEqual(["CompileError", "TypeError", "LinkError", "TypeError"]);
  });

  test("the streaming forms take a Response of the right type", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${wasm} const response = (type = "application/wasm", status = 200) => new Response(wasm, { status, headers: { "content-type": type } });
         const { instance } = await WebAssembly.instantiateStreaming(response(), imports);
         return [instance.exports.run(), (await WebAssembly.compileStreaming(Promise.resolve(response()))) instanceof WebAssembly.Module,
           await rejected(WebAssembly.compileStreaming(response("text/html"))), await rejected(WebAssembly.compileStreaming(response("application/wasm", 404))),
           await rejected(WebAssembly.compileStreaming(wasm))];`,
      ),
    ).toEqual([42, true, "TypeError", "TypeError", "TypeError"]);
  });
});
