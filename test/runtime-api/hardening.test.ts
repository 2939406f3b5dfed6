import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

describe("before a tenant's code runs", () => {
  test("what could be a timer or take uncounted memory is gone", async () => {
    const code = `return [typeof SharedArrayBuffer, typeof FinalizationRegistry, typeof Atomics.wait, typeof Atomics.waitAsync, typeof Atomics.notify,
      typeof WebAssembly.promising, typeof WebAssembly.Suspending, typeof ArrayBuffer.prototype.resize];`;
    expect(await inside(await guest(), code)).toEqual(Array(8).fill("undefined"));
  });

  test("no memory has a shared buffer", async () => {
    const code = `const descriptor = { initial: 1, maximum: 1, shared: true };
      return [() => new WebAssembly.Memory(descriptor), () => new (class extends WebAssembly.Memory {})(descriptor)].map(thrown);`;
    expect(await inside(await guest(), code)).toEqual(["RangeError", "RangeError"]);
  });

  test("no way leads to a resizable buffer", async () => {
    const code = `const options = { maxByteLength: 99 }, made = [
        new ArrayBuffer(1, options), new (new Uint8Array(8).buffer.constructor)(1, options), Reflect.construct(ArrayBuffer, [1, options]),
        Reflect.construct(Object, [], ArrayBuffer), new (class extends ArrayBuffer {})(1, options), new ArrayBuffer(4).slice(1),
        new (Object.getPrototypeOf(new Uint8Array(1).buffer).constructor)(1, options), structuredClone(new ArrayBuffer(1)), new ArrayBuffer(1).transfer(2)];
      return made.map((it) => "resizable" in it || "resize" in it || it.maxByteLength !== undefined);`;
    expect(await inside(await guest(), code)).toEqual(Array(9).fill(false));
  });

  test("none of the tenant's code runs inside the original constructor", async () => {
    const code = `const seen = []; Error.prepareStackTrace = (_, sites) => { for (const site of sites) seen.push(site.getFunction()); return ""; };
      new ArrayBuffer({ valueOf() { void new Error().stack; return 1; } });
      return seen.filter((it) => typeof it === "function" && it.name === "ArrayBuffer").length;`;
    expect(await inside(await guest(), code)).toBe(0);
  });

  test("ArrayBuffer is what it was otherwise", async () => {
    const code = `class Own extends ArrayBuffer { get twice() { return this.byteLength * 2; } }
      const own = new Own(3), plain = new ArrayBuffer("2");
      return [own.twice, own instanceof Own, own instanceof ArrayBuffer, plain.byteLength, ArrayBuffer.name, ArrayBuffer.length, thrown(() => ArrayBuffer(1)),
        thrown(() => new ArrayBuffer(-1)), ArrayBuffer.isView(new DataView(plain)), ArrayBuffer[Symbol.species] === ArrayBuffer, own.slice(1) instanceof Own,
        plain.constructor === ArrayBuffer, Object.getOwnPropertyDescriptor(globalThis, "ArrayBuffer").enumerable, new Uint8Array(2).buffer instanceof ArrayBuffer];`;
    const expected = [
      6,
      true,
      true,
      2,
      "ArrayBuffer",
      1,
      "TypeError",
      "RangeError",
      true,
      true,
      true,
      true,
      false,
      true,
    ];
    expect(await inside(await guest(), code)).toEqual(expected);
  });
});

describe("after a tenant has tampered", () => {
  test.each([
    [
      "maps",
      "for (const C of [Map, Set]) for (const k of ['get', 'set', 'has', 'add', 'delete']) C.prototype[k] = () => { throw 1; };",
    ],
    [
      "indices",
      "for (const i of [0, 1, 2]) Object.defineProperty(Object.prototype, i, { set() { throw 1; }, get() { throw 2; }, configurable: true });",
    ],
    ["Reflect", "for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = () => { throw 1; };"],
  ])("%s: requests are answered, timers fire and no entry throws", async (_, code) => {
    const main = `export default { async fetch() { ${code} await new Promise((done) => setTimeout(done, 1)); return new Response("x"); } };`;
    const it = await guest({ main });
    for (let i = 0; i < 3; i++) expect((await it.request("http://a/")).text).toBe("x");
    const aborted = it.begin("http://a/");
    it.entries.abort(aborted, "gone");
    expect(it.thrown).toEqual([]);
  });

  test("an entry that has to give up says so, and throws nothing", async () => {
    const it = await guest();
    // Not JSON: no host of ours sends it, but it stands for whatever goes wrong inside an entry.
    it.entries.configure("{", 1);
    expect(it.thrown).toEqual([]);
    expect(it.host.entriesThrew).toEqual([expect.stringMatching(/^SyntaxError/)]);
  });
});

test("parts of the runtime that are loaded after a tenant has tampered work, and show it nothing", async () => {
  const main = `
    const seen = [];
    const spy = (owner, name) => {
      const original = owner[name];
      owner[name] = function (...args) { seen.push(name, ...args); return Reflect_apply(original, this, args); };
    };
    const Reflect_apply = Reflect.apply;
    for (const name of ["defineProperty", "getOwnPropertyNames", "getOwnPropertyDescriptor", "create", "getPrototypeOf"]) spy(Object, name);
    globalThis.eval = () => { throw new Error("the tenant's eval"); };
    Object.prototype["runtime-api/files/blob.ts"] = () => ({});
    Object.prototype.host = undefined;
    export default { async fetch() {
      const text = await new Response(new Blob(["a"]).stream().pipeThrough(new TransformStream())).text();
      const isInternal = (value) => typeof value === "object" && value !== null && ("parseUrl" in value || "connectHost" in value || "secretOf" in value);
      return Response.json([text, seen.some(isInternal), structuredClone(new Map([[1, 2]])).get(1)]);
    } };`;
  const { request } = await guest({ main });
  expect(JSON.parse((await request("http://localhost/")).text)).toEqual(["a", false, 2]);
});

test("isolates from one code cache have random numbers of their own", async () => {
  const code = "return [Math.random(), Math.random(), Math.random()];";
  const [first, second] = [await (await guest()).run(code), await (await guest()).run(code)];
  expect(first).not.toEqual(second);
});
