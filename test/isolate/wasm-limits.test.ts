import { describe, expect, test } from "vitest";
import { limitWasm } from "../../src/isolate/wasm-limits.ts";
import { v8 } from "./v8-webassembly.ts";
import * as wasm from "./wasm-modules.ts";

const maxPages = 256;

/** Of a module that was rewritten: what it imports, and what of. */
function rewritten(bytes: Uint8Array): { imports: string[]; exports: string[]; module: object } {
  expect(v8.validate(bytes)).toBe(true);
  const result = limitWasm(bytes, maxPages);
  if (typeof result !== "object") throw new Error(`it was not rewritten: ${result}`);
  const module = new v8.Module(result);
  const imports = v8.Module.imports(module).map((it) => `${it.kind} ${it.module} ${it.name}`);
  return { imports, exports: v8.Module.exports(module).map((it) => `${it.kind} ${it.name}`), module };
}

describe("a memory of a module's own", () => {
  test("becomes an import, with the maximum that may be had", () => {
    expect(rewritten(wasm.growing()).imports).toEqual(["memory islet:memory [0,1,256]"]);
    expect(rewritten(wasm.growing(wasm.limits(2, 60_000))).imports).toEqual(["memory islet:memory [0,2,256]"]);
    expect(rewritten(wasm.growing(wasm.limits(0, 5))).imports).toEqual(["memory islet:memory [0,0,5]"]);
    expect(rewritten(wasm.growing(wasm.limits(256))).imports).toEqual(["memory islet:memory [0,256,256]"]);
  });

  test("follows the imports that there are, and is exported as before", () => {
    const others = wasm.imports(
      wasm.imported("m", "f", wasm.aFunction),
      wasm.imported("m", "memory", wasm.aMemory(wasm.limits(1))),
      wasm.imported("n", "table", wasm.aTable),
      wasm.imported("n", "global", wasm.aGlobal),
    );
    const own = wasm.memories(wasm.limits(3), wasm.limits(4));
    const memories = ["imported", "first", "second"].map((name, index) => [name, 2, index] as const);
    const { imports, exports } = rewritten(
      wasm.module(wasm.custom("a"), wasm.types, wasm.custom("b"), others, own, wasm.exports(...memories)),
    );
    expect(imports.slice(0, 4)).toEqual(["function m f", "memory m memory", "table n table", "global n global"]);
    expect(imports.slice(4)).toEqual(["memory islet:memory [0,3,256]", "memory islet:memory [1,4,256]"]);
    expect(exports).toEqual(["memory imported", "memory first", "memory second"]);
  });

  test("is the one that the code uses", () => {
    const { module } = rewritten(wasm.growing());
    const memory = new v8.Memory({ initial: 1, maximum: 256 });
    const instance = new v8.Instance(module, { "islet:memory": { "[0,1,256]": memory } });
    const { grow, memory: exported } = instance.exports as { grow(pages: number): number; memory: unknown };
    expect([exported === memory, grow(255), grow(1), memory.buffer.byteLength]).toEqual([true, 1, -1, 256 * 65_536]);
  });

  test("custom sections stay", () => {
    const { module } = rewritten(wasm.module(wasm.custom("x"), wasm.memories(wasm.limits(1)), wasm.custom("x")));
    expect(v8.Module.customSections(module, "x")).toHaveLength(2);
  });
});

describe("what is refused", () => {
  const memory = (limits: wasm.Part) => limitWasm(wasm.module(wasm.memories(limits)), maxPages);
  const importing = (limits: wasm.Part) =>
    limitWasm(wasm.module(wasm.imports(wasm.imported("m", "m", wasm.aMemory(limits)))), maxPages);

  test("larger than the isolate's memory from the start", () => {
    const said = "a memory of 257 pages is larger than limits.memoryMb allows (256 pages)";
    expect([memory(wasm.limits(257)), importing(wasm.limits(257, 300))]).toEqual([said, said]);
  });

  test("shared memories and memories of 64 bits", () => {
    expect([memory([3, 1, 1]), importing([3, 1, 1])]).toEqual(Array(2).fill("shared memories are not possible"));
    expect([memory([4, 1]), importing([5, 1, 1])]).toEqual(Array(2).fill("memories of 64 bits are not possible"));
  });

  test("more memories than an isolate may have", () => {
    const many = (count: number) =>
      limitWasm(wasm.module(wasm.memories(...Array(count).fill(wasm.limits(0)))), maxPages);
    expect([typeof many(16), many(17)]).toEqual(["object", "a module may have 16 memories at most"]);
  });

  test("imports from where the runtime gives its memories", () => {
    const mine = wasm.imports(wasm.imported("islet:memory", "[0,1,1]", wasm.aMemory(wasm.limits(1))));
    expect(limitWasm(wasm.module(mine), maxPages)).toBe('imports from "islet:memory" are not possible');
  });
});

test("what has no memory of its own stays as it is", () => {
  for (const sections of [
    [],
    [wasm.types, wasm.functions(0), wasm.code([])],
    [wasm.imports(wasm.imported("m", "m", wasm.aMemory(wasm.limits(1))))],
    [wasm.memories()],
  ]) {
    expect(v8.validate(wasm.module(...sections))).toBe(true);
    expect(limitWasm(wasm.module(...sections), maxPages)).toBe(true);
  }
});

test("what is malformed is left to V8", () => {
  const good = wasm.growing();
  const cases = [
    ...Array.from({ length: good.length }, (_, length) => good.subarray(0, length)).slice(0, 8),
    good.subarray(0, -1),
    wasm.module(wasm.memories(wasm.limits(1)), wasm.memories(wasm.limits(1))),
    wasm.module(wasm.memories(wasm.limits(1)), wasm.imports()),
    wasm.module(wasm.memories(wasm.limits(2, 1))),
    wasm.module(wasm.memories(wasm.limits(1, 65_537))),
    wasm.module(wasm.memories([8, 1])),
    wasm.module([5, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    wasm.module([5, 3, 0xff, 0xff, 0xff]),
    wasm.module([99, 0]),
  ];
  for (const bytes of cases) {
    expect(limitWasm(bytes, maxPages)).toBe(false);
    expect(v8.validate(bytes)).toBe(false);
  }
});
