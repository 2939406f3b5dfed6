import fc from "fast-check";
import { expect, test } from "vitest";
import { limitWasm } from "../../src/isolate/wasm-limits.ts";
import { v8 } from "./v8-webassembly.ts";
import * as wasm from "./wasm-modules.ts";

const maxPages = 256;

const name = fc.string({ maxLength: 5 });
const pages = fc.integer({ min: 0, max: 300 });
const limits = fc.tuple(pages, fc.option(pages, { nil: undefined })).map(([low, high]) => {
  return wasm.limits(low, high === undefined ? undefined : Math.max(low, high));
});
const what = fc.oneof(
  fc.constantFrom(wasm.aFunction, wasm.aTable, wasm.aGlobal),
  limits.map((it) => wasm.aMemory(it)),
);
const imports = fc.array(
  fc.tuple(name, name, what).map(([from, item, kind]) => wasm.imported(from, item, kind)),
  { maxLength: 5 },
);
/** Well-formed modules, with something of all that moves or is read. */
const modules = fc
  .tuple(imports, fc.array(limits, { maxLength: 4 }), fc.array(name, { maxLength: 2 }), fc.boolean())
  .map(([others, own, customs, hasCode]) =>
    wasm.module(
      ...customs.map(wasm.custom),
      wasm.types,
      ...(others.length > 0 ? [wasm.imports(...others)] : []),
      ...(hasCode ? [wasm.functions(1)] : []),
      ...(own.length > 0 ? [wasm.memories(...own)] : []),
      ...customs.map(wasm.custom),
      ...(hasCode ? [wasm.code(own.length > 0 ? wasm.growBody : [0x20, 0])] : []),
    ),
  );

const isValid = (bytes: Uint8Array): boolean => v8.validate(bytes);
const compile = (bytes: Uint8Array): object => new v8.Module(bytes);

/** What must hold of any bytes. */
function check(bytes: Uint8Array): void {
  const before = Uint8Array.from(bytes);
  const result = limitWasm(bytes, maxPages);
  expect(bytes).toEqual(before);
  if (result === false) expect(isValid(bytes)).toBe(false);
  if (typeof result !== "object") return;
  expect(result.buffer.byteLength).toBe(result.byteLength);
  expect(isValid(result)).toBe(isValid(bytes));
  if (!isValid(bytes)) return;
  const [was, is] = [compile(bytes), compile(result)];
  const theirs = v8.Module.imports(was);
  const all = v8.Module.imports(is);
  expect(all.slice(0, theirs.length)).toEqual(theirs);
  expect(all.length).toBeGreaterThan(theirs.length);
  for (const { kind, module, name } of all.slice(theirs.length)) {
    const [, initial, maximum] = JSON.parse(name) as [number, number, number];
    expect([kind, module, initial <= maximum && maximum <= maxPages]).toEqual(["memory", "islet:memory", true]);
  }
  expect(v8.Module.exports(is)).toEqual(v8.Module.exports(was));
  // No memory of its own is left, and it may be rewritten no more.
  expect(typeof limitWasm(result, maxPages)).toBe("string");
}

test("well-formed modules mean the same afterwards", () => {
  fc.assert(
    fc.property(modules, (bytes) => {
      expect(isValid(bytes)).toBe(true);
      expect(limitWasm(bytes, maxPages)).not.toBe(false);
      check(bytes);
    }),
    { numRuns: 300 },
  );
});

test("broken ones are never made valid, and never get past", () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(modules, changes, fc.nat(), (bytes, changed, cut) => {
      for (const [at, byte] of changed) bytes[8 + (at % Math.max(bytes.length - 8, 1))] = byte;
      check(cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
    }),
    { numRuns: 1_000 },
  );
});

test("any bytes are taken", () => {
  const begins = fc.constantFrom([], [...wasm.module()]);
  fc.assert(fc.property(begins, fc.uint8Array(), (head, rest) => check(Uint8Array.from([...head, ...rest]))));
});
