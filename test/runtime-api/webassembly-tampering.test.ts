import { describe, expect, test } from "vitest";
import * as wasm from "../isolate/wasm-modules.ts";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

const { growing, limits, source } = wasm;
const huge = `{ initial: 1, maximum: 65536, shared: true }`;

describe("nothing leads around the limits of WebAssembly", () => {
  test("not the constructors that objects and prototypes have", async () => {
    const code = `const module = new WebAssembly.Module(${source(growing())}), instance = new WebAssembly.Instance(module), { memory } = instance.exports;
      const same = [memory.constructor, WebAssembly.Memory.prototype.constructor, Object.getPrototypeOf(memory).constructor].map((it) => it === WebAssembly.Memory);
      same.push(instance.constructor === WebAssembly.Instance, module.constructor === WebAssembly.Module, memory instanceof WebAssembly.Memory,
        instance instanceof WebAssembly.Instance, module instanceof WebAssembly.Module);
      class Own extends WebAssembly.Memory {}
      const own = new Own({ initial: 1 });
      same.push(own instanceof Own, own.buffer.byteLength === 65536, Reflect.construct(WebAssembly.Memory, [{ initial: 1 }], Own) instanceof Own);
      return [same, [() => new Own(${huge}), () => Reflect.construct(WebAssembly.Memory, [${huge}], Object), () => Reflect.construct(Object, [${huge}], WebAssembly.Memory).buffer,
        () => new memory.constructor(${huge}), () => WebAssembly.Memory(${huge}), () => WebAssembly.Module.call(module, new Uint8Array(8))].map(thrown)];`;
    const [same, refused] = (await inside(await guest(), code)) as [boolean[], string[]];
    expect(same).toEqual(Array(11).fill(true));
    expect(refused).toEqual(["RangeError", "RangeError", "TypeError", "RangeError", "TypeError", "TypeError"]);
  });

  test("not the stack of what is called meanwhile", async () => {
    const start = wasm.module(
      wasm.types,
      wasm.imports(wasm.imported("m", "f", wasm.aFunction)),
      wasm.memories(limits(1)),
      wasm.start(0),
    );
    const code = `const seen = new Set(); let caller;
      Error.prepareStackTrace = (_, sites) => { for (const site of sites) seen.add(site.getFunction()); return ""; };
      const look = Function("look", "return function spy() { look(); try { for (let f = spy.caller, n = 0; f && n < 20; f = f.caller, n++) look(f); } catch {} return 1; }")((f) => { seen.add(f); void new Error().stack; });
      const module = new WebAssembly.Module(${source(start)}, { get builtins() { look(); return undefined; } });
      new WebAssembly.Instance(module, { get m() { look(); return { f: look }; } });
      const memory = new WebAssembly.Memory({ get initial() { look(); return { valueOf: look }; } });
      memory.grow({ valueOf: look });
      const known = new Set([WebAssembly.Memory, WebAssembly.Module, WebAssembly.Instance, WebAssembly.Memory.prototype.grow]);
      return [...seen].filter((it) => typeof it === "function" && !known.has(it) && (it === memory.constructor || /native code/.test(Function.prototype.toString.call(it)))).map(String);`;
    expect(await inside(await guest(), code)).toEqual([]);
  });

  test("not what was replaced before WebAssembly was touched", async () => {
    const code = `const got = [], real = { defineProperty: Object.defineProperty, apply: Reflect.apply, Uint8Array, parse: JSON.parse };
      const bytes = ${source(growing(limits(1, 60_000)))};
      for (const [object, names] of [[Reflect, ["apply", "construct", "setPrototypeOf"]], [Object, ["create"]], [JSON, ["parse"]],
          [WeakMap.prototype, ["get", "set"]], [WeakRef.prototype, ["deref"]], [ArrayBuffer, ["isView"]], [Array.prototype, ["push", Symbol.iterator]]])
        for (const name of names) { const was = object[name]; real.defineProperty(object, name, { value(...args) { got[got.length] = args; return real.apply(was, this, args); } }); }
      globalThis.Uint8Array = globalThis.WeakRef = globalThis.WeakMap = globalThis.RangeError = function () { got[got.length] = "made"; };
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      const foreign = got.flat(3).filter((it) => it === WebAssembly || (typeof it === "function" && /native code/.test(Function.prototype.toString.call(it)))).length;
      return [exports.grow(4000), foreign, got.includes("made")];`;
    expect(await inside(await guest(), code)).toEqual([-1, 0, false]);
  });

  test("not properties of Object.prototype", async () => {
    const code = `const outcomes = [];
      for (const name of ["get", "value", "maximum", "shared", "initial"]) {
        Object.defineProperty(Object.prototype, name, { get: () => name === "shared" || 60000, configurable: true });
        try { outcomes.push(new WebAssembly.Memory(Object.assign(Object.create(null), { initial: 1 })).grow(5000)); } catch (error) { outcomes.push("refused"); }
        delete Object.prototype[name];
      }
      return outcomes;`;
    expect(await inside(await guest(), code)).toEqual(Array(5).fill("refused"));
  });

  test("not a view that lies about its bytes", async () => {
    const code = `const bytes = ${source(growing(limits(1, 60_000)))}, lie = new Uint8Array(8);
      for (const [name, value] of Object.entries({ buffer: lie.buffer, byteLength: 8, byteOffset: 0, length: 8 })) Object.defineProperty(bytes, name, { value });
      Object.setPrototypeOf(bytes, DataView.prototype);
      return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.grow(4000);`;
    expect(await inside(await guest(), code)).toBe(-1);
  });
});

test("names, lengths and descriptors are the standard's", async () => {
  const code = `const of = (object, name) => { const it = Object.getOwnPropertyDescriptor(object, name); return [name, it.value.name, it.value.length, it.enumerable, it.writable, it.configurable]; };
    return [...["Memory", "Module", "Instance", "compile", "instantiate", "validate"].map((name) => of(WebAssembly, name)), of(WebAssembly.Memory.prototype, "grow"),
      of(WebAssembly.Module, "imports"), of(WebAssembly.Memory.prototype, "constructor"), Object.getOwnPropertyDescriptor(WebAssembly.Memory, "prototype").writable,
      Object.getOwnPropertyDescriptor(globalThis, "WebAssembly").enumerable, String(WebAssembly)];`;
  const whole = (name: string, enumerable: boolean, as = name) => [name, as, 1, enumerable, true, true];
  expect(await inside(await guest(), code)).toEqual([
    ...["Memory", "Module", "Instance"].map((name) => whole(name, false)),
    ...["compile", "instantiate", "validate", "grow", "imports"].map((name) => whole(name, true)),
    whole("constructor", false, "Memory"),
    ...[false, false, "[object WebAssembly]"],
  ]);
});
