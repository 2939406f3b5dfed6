import { describe, expect, test } from "vitest";
import { ContextCarrier } from "../../src/control/async-context/carrier.ts";
import { compileBundle } from "../../src/control/compile.ts";
import type { Bundle, BundleModule, ModuleType } from "../../src/core/deployment.ts";
import { IsletError } from "../../src/core/errors.ts";
import { defaultLimits } from "../../src/core/limits.ts";

const typeOf = new Map<string, ModuleType>([
  ["js", "esm"],
  ["json", "json"],
  ["txt", "text"],
  ["wasm", "wasm"],
]);

const carrier = new ContextCarrier(() => Promise.reject(new Error("nothing here names async_hooks")));

function bundleOf(sources: Readonly<Record<string, string | Uint8Array>>): Bundle {
  const modules = Object.entries(sources).map(([name, content]): BundleModule => {
    const type = typeOf.get(name.split(".").at(-1) ?? "") ?? "data";
    return { name, type, bytes: typeof content === "string" ? new TextEncoder().encode(content) : content };
  });
  return { main: "index.js", modules, env: {}, limits: defaultLimits };
}

async function problemOf(sources: Readonly<Record<string, string | Uint8Array>>) {
  try {
    await compileBundle(bundleOf(sources), carrier);
  } catch (error) {
    if (!(error instanceof IsletError)) throw error;
    return { code: error.code, message: error.message, ...error.place };
  }
  return null;
}

describe("a bundle that is whole", () => {
  test("compiles, and what is no ES module stays as it is", async () => {
    const source = bundleOf({
      "index.js":
        'import a from "./lib/a";\nimport "pkg";\nimport d from "./d.json" with { type: "json" };\nimport("./lib/a.js");',
      "lib/a.js": 'import t from "../t.txt"; export default t;',
      pkg: "data",
      "d.json": "[1]",
      "t.txt": "import.meta",
      "w.wasm": Uint8Array.of(0, 1, 2, 255),
    });
    const compiled = await compileBundle(source, carrier);
    expect(compiled.modules.map((module) => module.name)).toEqual(source.modules.map((module) => module.name));
    for (const name of ["d.json", "t.txt", "w.wasm", "pkg"]) {
      const find = (bundle: Bundle) => bundle.modules.find((module) => module.name === name)?.bytes;
      expect(find(compiled)).toBe(find(source));
    }
  });

  test("may build the name of what it imports while it runs", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a source text
    const source = "const x = 1; import(`./${x}.js`); import('./' + x); import(x);";
    expect(await problemOf({ "index.js": source })).toBeNull();
  });

  test("may have very many imports", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `import a${index} from "./a.js";`).join("\n");
    expect(await problemOf({ "index.js": lines, "a.js": "export default 1" })).toBeNull();
  });
});

describe("module_not_found names the place of the specifier", () => {
  test.each([
    ['import "./nowhere.js";', 1, 9],
    ['\n\n  export * from "./nowhere.js";', 3, 18],
    ['// é😀\r\nimport("./nowhere.js")', 2, 8],
    ['import fs from "node:fs";', 1, 17],
    ['import x from "../index.js";', 1, 16],
    ['import x from "islet:module/index.js";', 1, 16],
  ])("%j", async (source, line, column) => {
    expect(await problemOf({ "index.js": source })).toMatchObject({
      code: "module_not_found",
      module: "index.js",
      line,
      column,
    });
  });
});

describe("module_syntax names the place", () => {
  test.each([
    ["an open bracket", "const a = 1;\nfunction f( {\n", { line: 3, column: 1 }],
    ["an open template", "let x = `abc", { line: 1, column: 13 }],
    ["a wrong import, columns counted in characters", 'const é = "😀"; import {x} from y', { line: 1, column: 33 }],
    ["a source phase import", 'import source x from "./a.js";', { line: 1, column: 23 }],
    ["a deferred import", 'import defer * as x from "./a.js";', { line: 1, column: 27 }],
    ["a dynamic source phase import", 'import.source("./a.js");', { line: 1, column: 15 }],
    ["an unknown attribute", 'import x from "./a.js" with { type: "css" };', { line: 1, column: 16 }],
    [
      "an attribute that is not the module's type",
      'import x from "./a.js" with { type: "json" };',
      { line: 1, column: 16 },
    ],
  ])("%s", async (_, source, place) => {
    expect(await problemOf({ "index.js": source, "a.js": "" })).toMatchObject({
      code: "module_syntax",
      module: "index.js",
      ...place,
    });
  });

  test("in JSON", async () => {
    const problem = await problemOf({ "index.js": "", "d.json": '{"a": 1,\n  "b": }' });
    expect(problem).toMatchObject({ code: "module_syntax", module: "d.json", line: 2, column: 8 });
  });

  test("that JSON has comments, which only JSON.parse minds", async () => {
    const problem = await problemOf({ "index.js": "", "d.json": "// hello\n1" });
    expect(problem).toMatchObject({ code: "module_syntax", module: "d.json" });
  });

  test("that a source is no UTF-8", async () => {
    const problem = await problemOf({ "index.js": Uint8Array.of(0x22, 0xff, 0x22) });
    expect(problem).toMatchObject({
      code: "module_syntax",
      module: "index.js",
      message: "index.js is not valid UTF-8.",
    });
  });
});
