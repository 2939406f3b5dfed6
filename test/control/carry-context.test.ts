import { readFileSync } from "node:fs";
import { Parser } from "acorn";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { carryContext } from "../../src/control/async-context/carry-context.ts";

const carried = (source: string) => carryContext("index.js", source);

test("source in which nothing waits stays as it is", () => {
  for (const source of [
    "export default 1;",
    "export const asyncThing = 'await';",
    "export function* g() { yield 1; }",
  ]) {
    expect(carried(source)).toBe(source);
  }
});

test("every line keeps what it has, and can still be read", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "hono"; export * from "undici"', resolveDir: import.meta.dirname },
    ...{ bundle: true, write: false, platform: "node", format: "esm", target: "es2024", logLevel: "silent" },
  });
  const own = readFileSync(new URL("../e2e/fixtures/async-context.js", import.meta.url), "utf8");
  for (const source of [own, outputFiles[0]?.text ?? ""]) {
    const result = carried(source);
    Parser.parse(result, { ecmaVersion: "latest", sourceType: "module" });
    const lines = result.split("\n");
    const before = source.split("\n");
    // What is imported stands before the first import, or on a line of its own.
    expect(lines.length - before.length).toBe(/^import/m.test(source) ? 0 : 1);
    const words = (line = "") => line.match(/[\w$]+/g) ?? [];
    for (const [index, line] of before.entries()) {
      const inserted = words(lines[index]).filter((word) => !/^\$\$\w{4}$/.test(word));
      // `await` stands behind what it waits for, which may be lines.
      for (const word of words(line).filter((word) => word !== "await")) {
        const at = inserted.indexOf(word);
        expect(at, `${word} in line ${index + 1}`).toBeGreaterThanOrEqual(0);
        inserted.splice(at, 1);
      }
    }
  }
});

test.each([
  ["return a, b", "async function f() { return await 1, 2 }", "passed(( await_1, 2))"],
  [
    "a for await without a block",
    "async function f() { if (x) for await (const a of b) c(); else d() }",
    "if (x) try{for await",
  ],
  ["a labelled one", "async function f() { if (x) l: for await (const a of b) continue l }", "if (x) try{l: for await"],
  [
    "a pattern in a catch",
    "async function f() { try { await 1 } catch ([a])\n{ a } }",
    "catch ($$000f){$$0005($$0008);let [a]=$$000f;\n a }",
  ],
  ["directives", `async function f() { "use strict"; try { await 1 } catch {} }`, `{ "use strict";;const`],
])("%s is one thing as before", (_, source, part) => {
  const readable = carried(source)
    .replace(/\$\$0003\(\$\$0000\( 1\),await \$\$0002\(\)\)/, "await_1")
    .replace("$$0009(", "passed(");
  expect(readable).toContain(part);
  Parser.parse(carried(source), { ecmaVersion: "latest", sourceType: "module" });
});

test("what V8 knows and the parser need not is left to V8", () => {
  expect(carried("await 1; /(?future:a)/")).toContain("/(?future:a)/");
});
