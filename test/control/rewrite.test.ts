import { init, parse } from "es-module-lexer";
import ivm from "isolated-vm";
import { beforeAll, describe, expect, test } from "vitest";
import { rewrite, supportModule } from "../../src/control/rewrite.ts";
import { type Random, randomFrom } from "../core/random.ts";

beforeAll(init);

function rewritten(source: string): string {
  return rewrite("index.js", source, parse(source)[0]);
}

/**
 * Runs a rewritten module in a real isolate: its default export as text, with import.meta.url as
 * "meta!" and import(x) as "loaded " + x.
 */
async function evaluated(source: string): Promise<string> {
  const isolate = new ivm.Isolate({ memoryLimit: 16 });
  try {
    const context = await isolate.createContext();
    const support = await isolate.compileModule(
      "export const meta = { url: 'meta!' }, load = (specifier) => 'loaded ' + specifier;",
    );
    const json = await isolate.compileModule("export default 'json'; export const data = 'data';");
    const module = await isolate.compileModule(rewritten(source));
    const resolve = (specifier: string) => (specifier === supportModule("index.js") ? support : json);
    await module.instantiate(context, resolve);
    await module.evaluate();
    return String(await module.namespace.get("default"));
  } finally {
    isolate.dispose();
  }
}

describe("import.meta and import()", () => {
  test.each([
    ["export default import.meta.url", "meta!"],
    ["export default import\n  .meta\n  .url", "meta!"],
    ["export default import/* . */./*\n*/meta.url // import.meta", "meta!"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a source text
    ["export default `import.meta ${`<${import.meta.url}>`}`", "import.meta <meta!>"],
    ["export default 'import.meta' + /import\\.meta/.source", "import.metaimport\\.meta"],
    ["export default import('./a.js')", "loaded ./a.js"],
    ["export default import /* why */ (\n'./a.js', { with: { type: 'json' } })", "loaded ./a.js"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a source text
    ["const x = 'a'; export default import(`./${x}.js`) + import.meta.url", "loaded ./a.jsmeta!"],
    ["const o = { import: (x) => x, meta: 1 }; export default o.import('own') + o?.import('!')", "own!"],
    ["class A { import() { return 'method' } }; export default new A().import()", "method"],
    ["const f = () => import.meta\nexport default f().url", "meta!"],
    ["#!/usr/bin/env islet\nexport default import.meta.url", "meta!"],
    ["export default import.meta.url//no line break at the end", "meta!"],
    ["const $$0000 = 'mine', $$0001 = '!'; export default $$0000 + import.meta.url + $$0001", "minemeta!!"],
    ["const \\u0024$0000 = 'mine'; export default \\u{24}\\u0024000\\u0030 + import.meta.url", "minemeta!"],
    ["import a from './x.json' with { type: 'json' }; export default a", "json"],
    ["import a from './x.json'\nwith\n{\ntype: 'json'\n}\nexport default a + import.meta.url", "jsonmeta!"],
    ["export { data as default } from './x.json' with { type: 'json' }", "data"],
  ])("%j gives %j", async (source, expected) => {
    expect(await evaluated(source)).toBe(expected);
  });

  test("cost nothing where they are not used", () => {
    const source = "import a from './a.js';\nexport default () => 'import.meta' + a;";
    expect(rewritten(source)).toBe(source);
  });
});

describe("every character that stays keeps its place", () => {
  const pieces = [
    "import.meta",
    "import . meta",
    "import\n.meta.url",
    "import('./a.js')",
    "import(\n'./é.js')",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a source text
    "`a ${import.meta.url} ${import(`x`)}`",
    "'import.meta'",
    "'😀é\\u2028'",
    "o.import(1)",
    "/import\\(/.test('x')",
    "/* import('x')\r\n */ 1",
    "$$0000",
    "$$0001",
    "x // import.meta\n",
  ];
  const statements = [
    "import a%d from './a.json' with {\n type: 'json' };",
    "import './b.js';",
    "export * from './c.js'\n;",
  ];

  function randomSource(random: Random): string {
    return Array.from({ length: 1 + random.below(12) }, (_, index) =>
      random.below(4) === 0
        ? random.pick(statements).replace("%d", String(index))
        : `let v${index} = ${random.pick(pieces)}${random.pick(["\n", "\r\n", "\u2028", " "])}; `,
    ).join("");
  }

  const lineBreak = /\r\n|[\n\r\u2028\u2029]/;

  test("in any mixture of what is rewritten and what looks like it", () => {
    for (let seed = 0; seed < 400; seed++) {
      const source = randomSource(randomFrom(seed));
      const result = rewritten(source);
      const [imports] = parse(source);
      const adds = imports.some((item) => item.type === "dynamic" || item.type === "import-meta");
      const kept = adds ? result.slice(0, result.lastIndexOf("\n")) : result;
      expect(kept.length, `seed ${seed}`).toBe(source.length);
      expect(kept.split(lineBreak).map((line) => line.length)).toEqual(
        source.split(lineBreak).map((line) => line.length),
      );
      const changed = imports.map((item): [number, number] =>
        item.type === "dynamic"
          ? [item.importStart, item.importStart + "import".length]
          : item.type === "import-meta"
            ? [item.start, item.end]
            : [item.end + 1, item.importEnd],
      );
      for (let at = 0; at < source.length; at++) {
        if (changed.some(([start, end]) => at >= start && at < end)) continue;
        if (kept[at] !== source[at]) expect.fail(`seed ${seed}: character ${at} is ${kept[at]}, was ${source[at]}`);
      }
      expect(parse(result)[0].filter((item) => item.type === "dynamic" || item.type === "import-meta")).toEqual([]);
    }
  });
});
