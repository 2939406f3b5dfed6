import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

async function logged(code: string): Promise<string[]> {
  const it = await guest();
  await inside(it, code);
  return it.host.logs.map((line) => `${line.level}: ${line.text}`);
}

/** What console.log writes for one expression. */
async function shown(expression: string): Promise<string> {
  const [line] = await logged(`console.log(${expression});`);
  return (line ?? "").slice("info: ".length);
}

describe("console", () => {
  test("has levels", async () => {
    expect(await logged('for (const name of ["log", "info", "debug", "warn", "error"]) console[name](name);')).toEqual([
      ...["info: log", "info: info", "debug: debug", "warn: warn", "error: error"],
    ]);
  });

  test.each([
    [
      '"%s is %d, %i, %f, %j, %o, %%, %c!", "a", 1.5, 1.9, "2.5x", { b: 1 }, [2], "css"',
      'a is 1.5, 1, 2.5, {"b":1}, [ 2 ], %, !',
    ],
    ['"%s %s", 1', "1 %s"],
    ['"a", 1, "b", null, undefined, true', "a 1 b null undefined true"],
    ['"100%", 5', "100% 5"],
    ['"%d %i", "7", 8n', "7 8n"],
    ['"%s", Symbol("s")', "Symbol(s)"],
    ["", ""],
  ])("formats %s", async (args, text) => {
    expect(await shown(args)).toBe(text);
  });

  test.each([
    ["-0", "-0"],
    ["10n", "10n"],
    ['Symbol("s")', "Symbol(s)"],
    ["{}", "{}"],
    ["[]", "[]"],
    [
      '{ a: 1, "b-c": "d\'e", [Symbol("f")]: [1, "two", null] }',
      "{ a: 1, 'b-c': \"d'e\", [Symbol(f)]: [ 1, 'two', null ] }",
    ],
    ["[1, , , 4, ,]", "[ 1, <2 empty items>, 4, <1 empty item> ]"],
    ["Object.assign([1], { more: 2 })", "[ 1, more: 2 ]"],
    ["new Map([[{ a: 1 }, new Set([1])]])", "Map(1) { { a: 1 } => Set(1) { 1 } }"],
    ["new Uint8Array([1, 2])", "Uint8Array(2) [ 1, 2 ]"],
    ["new ArrayBuffer(3)", "ArrayBuffer { byteLength: 3 }"],
    ["new Date(0)", "1970-01-01T00:00:00.000Z"],
    ["new Date(NaN)", "Invalid Date"],
    ["/a+/gi", "/a+/gi"],
    [
      "[Object(1), Object('s'), Object(false), Object(2n)]",
      "[ [Number: 1], [String: 's'], [Boolean: false], [BigInt: 2n] ]",
    ],
    ["function named() {}", "[Function: named]"],
    ["() => 1", "[Function (anonymous)]"],
    ["async () => 1", "[AsyncFunction (anonymous)]"],
    ["class A extends Map {}", "[class A extends Map]"],
    ["new (class Point { x = 1; #y = 2; })()", "Point { x: 1 }"],
    ["Object.create(null)", "[Object: null prototype] {}"],
    [
      "{ get a() { throw 1; }, set b(v) {}, get c() { return 1; }, set c(v) {} }",
      "{ a: [Getter], b: [Setter], c: [Getter/Setter] }",
    ],
    ["(() => { const a = { n: 1 }; a.self = a; return a; })()", "{ n: 1, self: [Circular] }"],
    [
      "{ a: { b: { c: { d: { e: 1 } } } } }",
      "{\n  a: { b: { c: { d: [Object] } } }\n}".replace(
        "{\n  a: { b: { c: { d: [Object] } } }\n}",
        "{ a: { b: { c: { d: [Object] } } } }",
      ),
    ],
    ["Promise.resolve(1)", "Promise {}"],
    ["new WeakMap()", "WeakMap {}"],
    ["new Proxy({}, { ownKeys() { throw new Error('trap'); } })", "[Object that cannot be read]"],
    ["{ get [Symbol.toStringTag]() { throw 1; } }", "{ [Symbol(Symbol.toStringTag)]: [Getter] }"],
    ["new URLSearchParams('a=b')", "URLSearchParams { 'a' => 'b' }"],
    ["new Headers({ a: 'b' })", "Headers { 'a' => 'b' }"],
    ["new Blob(['abc'], { type: 'text/plain' })", "Blob { size: 3, type: 'text/plain' }"],
    ["AbortSignal.abort(1)", "AbortSignal { aborted: true, reason: 1 }"],
    ["'a\\nb'.split('')", "[ 'a', '\\n', 'b' ]"],
  ])("shows %s", async (expression, text) => {
    expect(await shown(expression)).toBe(text);
  });

  test("breaks long objects into lines and cuts what is too long", async () => {
    expect(await shown("{ one: 'x'.repeat(40), two: { three: 'y'.repeat(40) } }")).toBe(
      `{\n  one: '${"x".repeat(40)}',\n  two: { three: '${"y".repeat(40)}' }\n}`,
    );
    expect(await shown("Array.from({ length: 150 }, (_, i) => i)")).toMatch(/98, 99, … 50 more items\n\]$/);
    expect(await shown("['x'.repeat(20000)]")).toMatch(/x'… 10000 more characters/);
    expect(
      (await shown("(() => { const a = []; for (let i = 0; i < 50; i++) a.push(Array(50).fill({ a })); return a; })()"))
        .length,
    ).toBeLessThan(100_000);
  });

  test("shows errors with stack, cause and properties", async () => {
    const text = await shown("Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' })");
    expect(text).toMatch(
      /^TypeError: outer\n {4}at .*\{\n {2}code: 'E1',\n {2}\[cause\]: Error: inner\n {6}at .*\n\}$/s,
    );
    expect(await shown("new AggregateError([new Error('one')], 'many')")).toMatch(
      /^AggregateError: many.*\[errors\]: \[\n.*Error: one/s,
    );
    expect(await shown("new DOMException('m', 'DataError')")).toMatch(/^DataError: m\n {4}at /);
    expect(await shown("Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } })")).toBe(
      "[Object that cannot be read]",
    );
  });

  test("assert, count, group, time, dir, trace and table", async () => {
    expect(
      await logged(
        'console.assert(true, "no"); console.assert(false); console.assert(0, "a %s", "b"); console.assert(0, 1);',
      ),
    ).toEqual([...["error: Assertion failed", "error: Assertion failed: a b", "error: Assertion failed: 1"]]);
    expect(
      await logged(
        'console.count(); console.count("x"); console.count(); console.countReset(); console.count(); console.countReset("y");',
      ),
    ).toEqual([
      ...[
        "info: default: 1",
        "info: x: 1",
        "info: default: 2",
        "info: default: 1",
        "warn: Count for 'y' does not exist",
      ],
    ]);
    expect(
      await logged(
        'console.group("g"); console.log("a\\nb"); console.group(); console.warn({}); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log("out");',
      ),
    ).toEqual([...["info: g", "info:   a\n  b", "warn:     {}", "info: out"]]);
    const times = await logged(
      'console.time(); console.time(); console.timeLog("default", 5); console.timeEnd(); console.timeEnd();',
    );
    expect(times[0]).toBe("warn: Timer 'default' already exists");
    expect(times[1]).toMatch(/^info: default: \d+\.\d{3}ms 5$/);
    expect(times[2]).toMatch(/^info: default: \d+\.\d{3}ms$/);
    expect(times[3]).toBe("warn: Timer 'default' does not exist");
    expect(await logged("console.dir({ a: 1 }, { depth: 0 });")).toEqual(["info: { a: 1 }"]);
    expect((await logged('console.trace("here");'))[0]).toMatch(/^info: Trace: here\n {4}at /);
    expect(await logged('console.table([{ a: 1, b: "x" }, { a: 2 }, 3]);')).toEqual([
      `info: ${[
        "┌─────────┬───┬─────┬────────┐",
        "│ (index) │ a │ b   │ Values │",
        "├─────────┼───┼─────┼────────┤",
        "│ 0       │ 1 │ 'x' │        │",
        "│ 1       │ 2 │     │        │",
        "│ 2       │   │     │ 3      │",
        "└─────────┴───┴─────┴────────┘",
      ].join("\n")}`,
    ]);
    expect(await logged("console.table(5);")).toEqual(["info: 5"]);
  });

  test("methods need no receiver, and lines know their invocation", async () => {
    const it = await guest({
      main: "const { log } = console; log('loading'); export default { fetch() { log('serving'); return new Response(); } };",
    });
    const { invocation } = await it.request("http://h/");
    expect(it.host.logs).toEqual([
      { invocation: 0, level: "info", text: "loading" },
      { invocation, level: "info", text: "serving" },
    ]);
  });
});
