import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

describe("import()", () => {
  const modules = {
    "lib/a.js": `export const name = "a"; export default 1;`,
    "lib/b.js": `export const name = "b";`,
    "broken.js": `throw new Error("at the top");`,
  };
  const load = (from: string, specifier: string): string =>
    `__islet__.load(${JSON.stringify(from)}, ${JSON.stringify(specifier)})`;

  for (const [from, specifier, name] of [
    ["main.js", "./lib/a.js", "a"],
    ["lib/a.js", "./b.js", "b"],
    ["lib/deep/c.js", "../../lib/./b.js", "b"],
    ["main.js", "lib/a.js", "a"],
    ["main.js", "file:///lib/a.js", "a"],
  ] as const) {
    test(`of ${specifier} in ${from} gives ${name}`, async () => {
      const it = await guest({ modules });
      expect(await it.run(`return (await ${load(from, specifier)}).name`)).toBe(name);
    });
  }

  test("gives one namespace however often it is called", async () => {
    const it = await guest({ modules });
    expect(await it.run(`return await ${load("main.js", "./lib/a.js")} === await ${load("lib/b.js", "./a.js")}`)).toBe(
      true,
    );
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
      const result = await it.run(`return ${load("main.js", specifier)}.catch((error) => [error.name, error.message])`);
      expect(result).toEqual(["TypeError", expect.stringMatching(message)]);
    });
  }

  test("of what cannot be a string rejects", async () => {
    const it = await guest();
    expect(await it.run(`return __islet__.load("main.js", Symbol()).catch((error) => error.name)`)).toBe("TypeError");
  });
});

test("import.meta has url and main", async () => {
  const it = await guest();
  expect(await it.run(`return [__islet__.meta("lib/a.js"), __islet__.meta("main.js", true)]`)).toEqual([
    { url: "file:///lib/a.js", main: false },
    { url: "file:///main.js", main: true },
  ]);
});

test("wasm and data modules", async () => {
  /** (module (func (export "two") (result i32) i32.const 2)) */
  const two = "0061736d010000000105016000017f03020100070701037477 6f00000a06010400 41020b".replaceAll(" ", "");
  const it = await guest({ bytes: { "two.wasm": Buffer.from(two, "hex"), "x.bin": new Uint8Array([1, 2]) } });
  expect(
    await it.run(`const module = __islet__.wasm("two.wasm");
      return [new WebAssembly.Instance(module).exports.two(), module === __islet__.wasm("two.wasm"),
        [...new Uint8Array(__islet__.data("x.bin"))]];`),
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

test("the hidden global cannot be seen by enumeration or replaced", async () => {
  const it = await guest();
  expect(
    await it.run(`globalThis.__islet__ = 1;
      return [typeof __islet__.load, Object.keys(globalThis).includes("__islet__"), Object.isFrozen(__islet__)];`),
  ).toEqual(["function", false, true]);
});
