import { describe, expect, test } from "vitest";
import * as wasm from "../isolate/wasm-modules.ts";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

const { growing, growingInside, limits, source } = wasm;
const maxPages = 128 * 16;

describe("a memory made by hand", () => {
  test("grows to what the isolate may have, and no further", async () => {
    const code = `const memory = new WebAssembly.Memory({ initial: 1 }), small = new WebAssembly.Memory({ initial: 1, maximum: 2 });
      return [memory.grow(9), memory.buffer.byteLength, thrown(() => memory.grow(${maxPages})), thrown(() => memory.grow(4e9)), memory.grow(0),
        small.grow(1), thrown(() => small.grow(1)), thrown(() => memory.grow("x")), thrown(() => memory.grow(-1))];`;
    const refused = ["RangeError", "RangeError", 10];
    expect(await inside(await guest(), code)).toEqual([
      1,
      655_360,
      ...refused,
      1,
      "RangeError",
      "TypeError",
      "TypeError",
    ]);
  });

  test("is refused with the limit's name when it begins larger", async () => {
    const code = `try { new WebAssembly.Memory({ initial: ${maxPages + 1} }); } catch (error) { return [error.name, error.message]; }`;
    const message = `WebAssembly.Memory(): ${maxPages + 1} pages are more than limits.memoryMb allows (${maxPages} pages)`;
    expect(await inside(await guest(), code)).toEqual(["RangeError", message]);
  });

  test("is neither shared nor of 64 bits, and what is wrong is an error as the standard has it", async () => {
    const code = `return [{ initial: 1, maximum: 1, shared: true }, { initial: 1n, address: "i64" }, { initial: 2, maximum: 1 }, {}, undefined, { initial: -1 },
      { initial: 1, maximum: 1e10 }, { initial: 1n }, { initial: "x" }].map((it) => thrown(() => new WebAssembly.Memory(it)));`;
    expect(await inside(await guest(), code)).toEqual([...Array(3).fill("RangeError"), ...Array(6).fill("TypeError")]);
  });

  test("shares one budget with the others", async () => {
    const code = `const kept = [1, 2, 3].map(() => new WebAssembly.Memory({ initial: ${maxPages / 4} }));
      return [thrown(() => new WebAssembly.Memory({ initial: ${maxPages / 2} })), thrown(() => kept[0].grow(${maxPages / 2})), kept[0].grow(1)];`;
    expect(await inside(await guest(), code)).toEqual(["RangeError", "RangeError", maxPages / 4]);
  });

  test("is one of sixteen at most; what was collected gives its place back", async () => {
    const it = await guest();
    const make = "for (let i = 0; i < 17; i++) kept.push(new WebAssembly.Memory({ initial: 1 }));";
    expect(await inside(it, `globalThis.kept = []; return [thrown(() => { ${make} }), kept.length];`)).toEqual([
      "RangeError",
      16,
    ]);
    expect(await inside(it, "kept.length = 0; return 0;")).toBe(0);
    expect(await inside(it, `return [thrown(() => { ${make} }), kept.length];`)).toEqual(["RangeError", 16]);
    it.entries.measureWasm(false);
    expect(it.host.wasm?.memories).toBe(16);
  });
});

describe("a module's memories", () => {
  test("are counted, exported or not, and as large as code has made them", async () => {
    const it = await guest();
    const code = `const of = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes));
      globalThis.kept = [of(${source(growing())}), of(${source(growingInside(limits(2, 4)))})];
      return [kept[0].exports.grow(9), kept[1].exports.grow(2), kept[1].exports.grow(1), kept[0].exports.memory.buffer.byteLength];`;
    expect(await inside(it, code)).toEqual([1, 2, -1, 655_360]);
    it.entries.measureWasm(false);
    const { memories, bytes } = it.host.wasm ?? { memories: 0, bytes: 0 };
    expect(memories).toBe(2);
    expect(bytes - 14 * 65_536).toBeLessThan(65_536);
    expect(bytes - 14 * 65_536).toBeGreaterThan(0);
  });

  test("are held to the isolate's memory", async () => {
    const code = `const { exports } = new WebAssembly.Instance(new WebAssembly.Module(${source(growing(limits(1, 65_536)))}));
      let pages = 0; while (exports.grow(64) !== -1) pages += 64;
      return [pages, thrown(() => new WebAssembly.Module(${source(growing(limits(maxPages + 1)))})), WebAssembly.validate(${source(growing(limits(maxPages + 1)))}),
        await rejected(WebAssembly.instantiate(${source(growing([3, 1, 1]))}))];`;
    expect(await inside(await guest(), code)).toEqual([maxPages - 64, "RangeError", false, "RangeError"]);
  });

  test("of every way to instantiate, and of a bundle's module", async () => {
    const it = await guest({ bytes: { "m.wasm": growing() } });
    await it.runBeside(`globalThis.bundled = glue.wasm("m.wasm");`);
    const code = `const bytes = ${source(growing())}, module = new WebAssembly.Module(bytes);
      const response = () => new Response(bytes, { headers: { "content-type": "application/wasm" } });
      const all = [new WebAssembly.Instance(module), await WebAssembly.instantiate(module), (await WebAssembly.instantiate(bytes)).instance,
        (await WebAssembly.instantiateStreaming(response())).instance, new WebAssembly.Instance(await WebAssembly.compile(new DataView(bytes.buffer))),
        new WebAssembly.Instance(await WebAssembly.compileStreaming(response())), new WebAssembly.Instance(globalThis.bundled),
        Reflect.construct(WebAssembly.Instance, [module], Object)];
      globalThis.kept = all;
      const grow = Object.getOwnPropertyDescriptor(WebAssembly.Instance.prototype, "exports").get;
      return all.map((it) => grow.call(it).grow(${maxPages}));`;
    expect(await inside(it, code)).toEqual(Array(8).fill(-1));
    it.entries.measureWasm(false);
    expect(it.host.wasm?.memories).toBe(8);
  });

  test("do not show among the imports, nor change how imports are read", async () => {
    const others = wasm.imports(
      wasm.imported("m", "f", wasm.aFunction),
      wasm.imported("m", "g", wasm.aGlobal),
      wasm.imported("__proto__", "f", wasm.aFunction),
    );
    const bytes = wasm.module(wasm.types, others, wasm.memories(limits(1)), wasm.exports(["f", 0, 1]));
    const code = `const module = new WebAssembly.Module(${source(bytes)}), read = [];
      const m = { get f() { read.push("f"); return () => read.push("called"); }, get g() { read.push("g"); return 7; } };
      const imports = { get m() { read.push("m"); return m; }, ["__proto__"]: { f: () => read.push("proto") } };
      new WebAssembly.Instance(module, imports).exports.f();
      const wrong = [undefined, 1, null, {}, { m: 1 }, { m: { f: 1, g: 1 } }, { m: { f() {}, g: "x" } }];
      return [WebAssembly.Module.imports(module).map((it) => it.module + it.name), read, wrong.map((it) => thrown(() => new WebAssembly.Instance(module, it)))];`;
    expect(await inside(await guest(), code)).toEqual([
      ["mf", "mg", "__proto__f"],
      ["m", "f", "m", "g", "proto"],
      [...Array(5).fill("TypeError"), "LinkError", "LinkError"],
    ]);
  });

  test("whose start fails are counted as long as something has them", async () => {
    const bytes = wasm.module(
      wasm.types,
      wasm.functions(0),
      wasm.memories(limits(1)),
      wasm.start(0),
      wasm.code([0x00]),
    );
    const it = await guest();
    const code = `const module = new WebAssembly.Module(${source(bytes)}); return thrown(() => new WebAssembly.Instance(module));`;
    expect(await inside(it, code)).toBe("RuntimeError");
    it.entries.measureWasm(true);
    expect(it.host.wasm?.memories).toBe(0);
  });
});

test("an isolate that does not touch WebAssembly asks the host for nothing", async () => {
  const it = await guest();
  expect(await inside(it, `return Object.getOwnPropertyNames(globalThis).includes("WebAssembly");`)).toBe(true);
  expect(it.host.calls.filter((name) => /wasm/i.test(name))).toEqual([]);
});
