import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ POOLS: 1 });
});
afterAll(() => server.stop());

const get = async (name: string, path = "/") => (await server.send(`/fn/${name}${path}`)).json();
const text = (content: string, type = "text/plain") => ({ type, content });

test("modules import each other in all the ways there are", async () => {
  await server.deploy("graph", {
    "index.js": `
      import answer, { name as called, add } from "./lib/a.js";
      import * as all from "./lib/a.js";
      export * from "./lib/deep/b.js";
      import { up } from "./lib/deep/b";
      import "./side.mjs";
      import bare from "bare.js";
      export default { fetch: () => Response.json([answer, called, add(1, 2), Object.keys(all), up, globalThis.side, bare]) };`,
    "lib/a.js": `export default 42; export const name = "a"; export function add(x, y) { return x + y; }`,
    "lib/deep/b.js": `export { name as up } from "../a.js";`,
    "side.mjs": "globalThis.side = 'effect';",
    "bare.js": "export default 'bare';",
  });
  expect(await get("graph")).toEqual([42, "a", 3, ["add", "default", "name"], "a", "effect", "bare"]);
});

test("circular imports have live bindings", async () => {
  await server.deploy("circle", {
    "index.js": `import { even } from "./even.js"; export default { fetch: () => Response.json([even(10), even(7)]) };`,
    "even.js": `import { odd } from "./odd.js"; export const even = (n) => n === 0 || odd(n - 1);`,
    "odd.js": `import { even } from "./even.js"; export const odd = (n) => n !== 0 && even(n - 1);`,
  });
  expect(await get("circle")).toEqual([true, false]);
});

test("modules may await at their top level", async () => {
  await server.deploy("tla", {
    "index.js": `import { value } from "./slow.js"; const more = await Promise.resolve(1);
      export default { fetch: () => Response.json([value, more]) };`,
    "slow.js": `export const value = await new Promise((resolve) => setTimeout(resolve, 5, "late"));`,
  });
  expect(await get("tla")).toEqual(["late", 1]);
});

test("import() loads modules of the bundle, once, and rejects others", async () => {
  await server.deploy("dynamic", {
    "index.js": `
      import { load } from "./lib/loader.js";
      export default {
        async fetch(request) {
          const name = new URL(request.url).searchParams.get("name");
          try {
            const first = await import(name);
            return Response.json({ text: first.default, same: first === await import(name), other: (await load()).default });
          } catch (error) {
            return Response.json({ name: error.name, message: error.message });
          }
        },
      };`,
    "lib/loader.js": `export const load = () => import("./lazy.js");`,
    "lib/lazy.js": `export default "lib lazy";`,
    "lazy.js": `const waited = await Promise.resolve("lazy"); export default waited;`,
    "broken.js": `throw new RangeError("broken at its top");`,
  });
  expect(await get("dynamic", "/?name=./lazy.js")).toEqual({ text: "lazy", same: true, other: "lib lazy" });
  expect(await get("dynamic", "/?name=./missing.js")).toEqual({
    name: expect.stringMatching(/Error$/),
    message: expect.stringContaining("missing.js"),
  });
  expect(await get("dynamic", "/?name=./broken.js")).toMatchObject({
    message: expect.stringContaining("broken at its top"),
  });
  expect(await get("dynamic", "/?name=./lazy.js")).toMatchObject({ text: "lazy" });
});

test("import.meta.url tells modules apart and resolves against the bundle", async () => {
  await server.deploy("meta", {
    "index.js": `import { url } from "./lib/inner.js";
      export default { fetch: () => Response.json([import.meta.url, url, new URL("../x.txt", url).href]) };`,
    "lib/inner.js": "export const url = import.meta.url;",
  });
  const [main, inner, resolved] = (await get("meta")) as string[];
  expect(new URL("lib/inner.js", main).href).toBe(inner);
  expect(new URL("x.txt", main).href).toBe(resolved);
  expect(main).not.toContain(process.cwd());
});

test("wasm is imported as a WebAssembly.Module", async () => {
  const wasm = new Uint8Array(await readFile(new URL("../../samples/wasm/mandelbrot.wasm", import.meta.url)));
  await server.deploy("wasm", {
    "index.js": `
      import program from "./x.wasm";
      export default {
        async fetch() {
          const instance = await WebAssembly.instantiate(program);
          return Response.json({
            module: program instanceof WebAssembly.Module,
            exports: WebAssembly.Module.exports(program).map(({ name }) => name),
            same: Object.keys(instance.exports),
          });
        },
      };`,
    "x.wasm": { type: "application/wasm", content: wasm },
  });
  const { module, exports, same } = (await get("wasm")) as { module: boolean; exports: string[]; same: string[] };
  expect(module).toBe(true);
  expect(exports.length).toBeGreaterThan(0);
  expect(same).toEqual(exports);
});

test("text, JSON and data files are default exports", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  await server.deploy(
    "files",
    {
      "index.js": `
        import page from "./page.html";
        import config from "./config.json" with { type: "json" };
        import data from "./all.bin";
        import logo from "./logo.svg";
        export default {
          fetch: () => Response.json({ page, config, data: [...new Uint8Array(data)], kind: data.constructor.name, logo: logo.byteLength }),
        };`,
      "page.html": text("<p>größer\u2028\u2029`${</p>\r\n", "text/html"),
      "config.json": text('{"list": [1, {"__proto__": 2}], "text": "\\u2028"}', "application/json"),
      "all.bin": { type: "application/octet-stream", content: bytes },
      "logo.svg": text("<svg/>", "image/svg+xml"),
    },
    { modules: { "logo.svg": "data" } },
  );
  expect(await get("files")).toEqual({
    page: "<p>größer\u2028\u2029`${</p>\r\n",
    config: JSON.parse('{"list": [1, {"__proto__": 2}], "text": "\\u2028"}'),
    data: [...bytes],
    kind: "ArrayBuffer",
    logo: 6,
  });
});

test("what cannot be linked is refused with its place", async () => {
  const missing = await server.upload("bad", { "index.js": `\n\nimport "./none.js"; export default { fetch() {} };` });
  expect(missing).toMatchObject({ status: 400, code: "module_not_found" });
  expect(missing.json()).toMatchObject({ error: { module: "index.js", line: 3 } });
  const syntax = await server.upload("bad", {
    "index.js": `import "./b.js"; export default { fetch() {} };`,
    "b.js": "const a = 1;\nconst a = 2;",
  });
  expect(syntax.json()).toMatchObject({ error: { code: "module_syntax", module: "b.js", line: 2, column: 7 } });
  const noExport = await server.upload("bad", {
    "index.js": `import { nothing } from "./b.js"; export default { fetch() {} };`,
    "b.js": "export const some = 1;",
  });
  expect(noExport.json()).toMatchObject({
    error: { code: "module_syntax", message: expect.stringContaining("nothing") },
  });
  const threw = await server.upload("bad", {
    "index.js": `import "./b.js"; export default { fetch() {} };`,
    "b.js": "\n  throw new Error('at the top');",
  });
  expect(threw.json()).toMatchObject({
    error: { code: "module_failed", module: "b.js", line: 2, message: expect.stringContaining("at the top") },
  });
});
