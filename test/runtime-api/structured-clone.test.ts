import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("structuredClone", () => {
  test.each([
    'return structuredClone([undefined, null, true, 1.5, "s", -0, { a: [1] }]);',
    "return structuredClone(10n) === 10n && Object.is(structuredClone(-0), -0);",
    "const a = { n: 1 }; a.self = a; const b = structuredClone(a); return [b !== a, b.self === b, b.n];",
    "const shared = {}; const [x, y] = structuredClone([shared, shared]); return x === y && x !== shared;",
    'const m = structuredClone(new Map([["a", new Set([1, { b: 2 }])]])); return [m instanceof Map, [...m.get("a")]];',
    "const m = new Map(); m.set(m, m); const c = structuredClone(m); return c.get(c) === c;",
    "const d = structuredClone(new Date(5)); return [d instanceof Date, d.getTime()];",
    "const r = /x/gi; r.lastIndex = 3; const c = structuredClone(r); return [c instanceof RegExp, c.source, c.flags, c.lastIndex];",
    'return [Object(1), Object("s"), Object(true)].map((o) => { const c = structuredClone(o); return [typeof c, c.valueOf(), Object.prototype.toString.call(c)]; });',
    'const a = [1, , 3]; a.extra = "e"; const c = structuredClone(a); return [c.length, 1 in c, c.extra, Array.isArray(c)];',
    "class A { x = 1; get y() { return 2; } } const c = structuredClone(new A()); return [c.constructor === Object, Object.keys(c)];",
    'const c = structuredClone({ get a() { return 1; }, [Symbol("s")]: 2 }); return [Object.getOwnPropertyDescriptor(c, "a"), Object.getOwnPropertySymbols(c).length];',
    'const c = structuredClone({ ["__proto__"]: 5 }); return Object.hasOwn(c, "__proto__");',
    'const e = new RangeError("m", { cause: 1 }); const c = structuredClone(e); return [c instanceof RangeError, c.name, c.message, c.stack === e.stack];',
    'const e = new Error("m"); e.name = "Custom"; const c = structuredClone(e); return [c.name, Object.getPrototypeOf(c) === Error.prototype];',
    'class MyError extends TypeError {} return Object.getPrototypeOf(structuredClone(new MyError("x"))) === TypeError.prototype;',
    "const b = new Uint8Array([1, 2, 3, 4]); const c = structuredClone({ a: b.subarray(1, 3), b: new DataView(b.buffer, 2) }); return [[...c.a], c.a.buffer === c.b.buffer, c.a.buffer.byteLength, c.b.byteLength, c.b.getUint8(0), c.a.byteOffset];",
    "return [Int8Array, Float64Array, BigUint64Array, Uint8ClampedArray].map((T) => { const c = structuredClone(new T(2)); return [c instanceof T, c.length]; });",
    "const b = new Uint8Array([1, 2]).buffer; const c = structuredClone({ b, v: new Uint8Array(b) }, { transfer: [b] }); return [b.byteLength, b.detached, [...c.v], c.b === c.v.buffer];",
    "const b = new ArrayBuffer(4); structuredClone(1, { transfer: [b] }); return b.detached;",
    "const b = new ArrayBuffer(4); return [thrown(() => structuredClone(() => 1, { transfer: [b] })), b.detached];",
    "const b = new ArrayBuffer(4); return [thrown(() => structuredClone(b, { transfer: [b, b] })), thrown(() => structuredClone(1, { transfer: [{}] }))].every((name) => /DataCloneError|TypeError/.test(name));",
    "const b = new ArrayBuffer(4); b.transfer(); return thrown(() => structuredClone(b));",
    "return [() => 1, Symbol(), { f() {} }, new WeakMap(), Promise.resolve(), [Symbol()], Object(Symbol()), new WeakRef({})].map((v) => thrown(() => structuredClone(v)));",
    "const o = { get a() { delete o.b; return 1; }, b: 2 }; return structuredClone(o);",
    'const e = structuredClone(new DOMException("m", "DataError")); return [e instanceof DOMException, e.name, e.message, e.code];',
    "return thrown(() => structuredClone());",
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });

  test("clones blobs and files, and no other object of the platform", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const blob = structuredClone(new Blob(["abc"], { type: "a/b" })); const file = structuredClone({ f: new File(["d"], "n", { lastModified: 7 }) }).f;
         return [blob instanceof Blob, await blob.text(), blob.type, file instanceof File, file.name, file.lastModified, await file.text()];`,
      ),
    ).toEqual([true, "abc", "a/b", true, "n", 7, "d"]);
    expect(
      await inside(
        it,
        `return [new URL("a:b"), new Headers(), new Response(), new Event("e"), new AbortController(), new ReadableStream(), new TextDecoder()]
           .map((value) => thrown(() => structuredClone({ value })));`,
      ),
    ).toEqual(Array.from({ length: 7 }, () => "DataCloneError"));
  });
});
