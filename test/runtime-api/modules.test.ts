import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

describe("import()", () => {
  const modules = {
    "lib/a.js": `export const name = "a"; export default 1;`,
    "lib/b.js": `export const name = "b";`,
    "broken.js": `throw new Error("at the top");`,
  };
  const load = (from: string, specifier: string): string =>
    `glue.load(${JSON.stringify(from)}, ${JSON.stringify(specifier)})`;

  for (const [from, specifier, name] of [
    ["main.js", "./lib/a.js", "a"],
    ["lib/a.js", "./b.js", "b"],
    ["lib/deep/c.js", "../../lib/./b.js", "b"],
    ["main.js", "lib/a.js", "a"],
    ["main.js", "file:///lib/a.js", "a"],
  ] as const) {
    test(`of ${specifier} in ${from} gives ${name}`, async () => {
      const it = await guest({ modules });
      expect(await it.runBeside(`return (await ${load(from, specifier)}).name`)).toBe(name);
    });
  }

  test("gives one namespace however often it is called", async () => {
    const it = await guest({ modules });
    const same = `return await ${load("main.js", "./lib/a.js")} === await ${load("lib/b.js", "./a.js")}`;
    expect(await it.runBeside(same)).toBe(true);
    expect(it.host.calls.filter((name) => name === "importModule")).toHaveLength(1);
  });

  for (const [specifier, message] of [
    ["./none.js", /no module/],
    ["node:fs", /no module/],
    ["../out.js", /out of the bundle/],
    ["", /Cannot import/],
    ["./broken.js", /at the top/],
  ] as const) {
    test(`of ${JSON.stringify(specifier)} rejects`, async () => {
      const it = await guest({ modules });
      const result = await it.runBeside(
        `return ${load("main.js", specifier)}.catch((error) => [error.name, error.message])`,
      );
      expect(result).toEqual(["TypeError", expect.stringMatching(message)]);
    });
  }

  test("of what cannot be a string rejects", async () => {
    const it = await guest();
    expect(await it.runBeside(`return glue.load("main.js", Symbol()).catch((error) => error.name)`)).toBe("TypeError");
  });
});

test("import.meta has url and main", async () => {
  const it = await guest();
  expect(await it.runBeside(`return [glue.meta("lib/a.js"), glue.meta("main.js", true)]`)).toEqual([
    { url: "file:///lib/a.js", main: false },
    { url: "file:///main.js", main: true },
  ]);
});

test("wasm and data modules", async () => {
  /** (module (func (export "two") (result i32) i32.const 2)) */
  const two = "0061736d010000000105016000017f03020100070701037477 6f00000a06010400 41020b".replaceAll(" ", "");
  const it = await guest({ bytes: { "two.wasm": Buffer.from(two, "hex"), "x.bin": new Uint8Array([1, 2]) } });
  expect(
    await it.runBeside(`const module = glue.wasm("two.wasm");
      return [new WebAssembly.Instance(module).exports.two(), module === glue.wasm("two.wasm"),
        [...new Uint8Array(glue.data("x.bin"))]];`),
  ).toEqual([2, true, [1, 2]]);
});

test("the host is told whether there is a fetch()", async () => {
  const told = async (main: string): Promise<unknown> => (await guest({ main })).host.hasFetch;
  expect(await told(`export default { fetch() {} }`)).toBe(true);
  expect(await told(`export default class { static fetch() {} }`)).toBe(true);
  expect(await told(`export default { fetch: 1 }`)).toBe(false);
  expect(await told(`export const a = 1;`)).toBe(false);
  expect(await told(`export default { get fetch() { throw 1; } }`)).toBe(true);
});

test("nothing that a tenant can reach leads to what stands beside its modules", async () => {
  const it = await guest();
  // Own properties, by strings and symbols, their values, getters and setters, and prototypes, from the global object on.
  const walk = `const wanted = new Set([glue, ...Object.values(glue)]);
    const seen = new Set(), found = [], stack = [[globalThis, "globalThis"]];
    while (stack.length > 0) {
      const [value, path] = stack.pop();
      if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
      seen.add(value);
      if (wanted.has(value)) found.push(path);
      for (const key of Reflect.ownKeys(value)) {
        const { value: own, get, set } = Reflect.getOwnPropertyDescriptor(value, key);
        for (const part of [own, get, set]) stack.push([part, path + "." + String(key)]);
      }
      stack.push([Object.getPrototypeOf(value), path + ".__proto__"]);
    }
    return [found, seen.size > 500, wanted.size];`;
  expect(await it.runBeside(walk)).toEqual([[], true, 9]);
  const names = `return [...Reflect.ownKeys(globalThis), ...Object.getOwnPropertyNames(globalThis)].map(String)
    .filter((name) => /islet|glue|hidden|^__/i.test(name));`;
  expect(await it.run(names)).toEqual([]);
});
