import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

/** Runs `code` in a guest, and compares what it returns. */
async function check(code: string, expected: unknown): Promise<void> {
  const it = await guest();
  expect(await it.run(code)).toEqual(expected);
}

/** The name of the error that `code` throws in a guest. */
async function thrownBy(code: string): Promise<unknown> {
  const it = await guest();
  return it.run(`try { ${code}; return "nothing"; } catch (error) { return error.name; }`);
}

describe("Headers", () => {
  test("are made of records, sequences and Headers", () =>
    check(
      `const from = new Headers([["A", " 1 "], ["a", "2"], ["set-cookie", "x"]]);
       return [[...new Headers({ B: "1", a: "2" })], [...from], [...new Headers(from)], [...new Headers()]];`,
      [
        [
          ["a", "2"],
          ["b", "1"],
        ],
        [
          ["a", "1, 2"],
          ["set-cookie", "x"],
        ],
        [
          ["a", "1, 2"],
          ["set-cookie", "x"],
        ],
        [],
      ],
    ));

  test("are sorted, with each Set-Cookie by itself", () =>
    check(
      `const h = new Headers([["set-cookie", "b"], ["z", "1"], ["Set-Cookie", "a"], ["accept", "x"]]);
       return [[...h.keys()], [...h.values()], h.get("set-cookie"), h.getSetCookie()];`,
      [["accept", "set-cookie", "set-cookie", "z"], ["x", "b", "a", "1"], "b, a", ["b", "a"]],
    ));

  test("set replaces all of a name, delete removes them", () =>
    check(
      `const h = new Headers([["a", "1"], ["b", "2"], ["A", "3"]]);
       h.set("a", "4");
       const first = [...h];
       h.delete("A");
       return [first, [...h], h.has("a"), h.get("a")];`,
      [
        [
          ["a", "4"],
          ["b", "2"],
        ],
        [["b", "2"]],
        false,
        null,
      ],
    ));

  test("iteration sees changes", () =>
    check(
      `const h = new Headers([["a", "1"], ["b", "2"], ["c", "3"]]);
       const seen = [];
       for (const [name] of h) { seen.push(name); h.delete(name); }
       return seen;`,
      ["a", "c"],
    ));

  test("have the shape that Web IDL gives them", () =>
    check(
      `const of = (name) => Object.getOwnPropertyDescriptor(Headers.prototype, name);
       return [
         String(new Headers()), Headers.name, Headers.length, of("get").enumerable, Headers.prototype.append.length,
         Headers.prototype[Symbol.iterator] === Headers.prototype.entries, of(Symbol.iterator).enumerable,
         String(new Headers().entries()), Object.keys(Headers.prototype).sort().join(),
       ];`,
      [
        "[object Headers]",
        "Headers",
        0,
        true,
        2,
        true,
        false,
        "[object Headers Iterator]",
        "append,delete,entries,forEach,get,getSetCookie,has,keys,set,values",
      ],
    ));

  for (const bad of [
    `new Headers([["a"]])`,
    `new Headers([["a", "b", "c"]])`,
    `new Headers(null)`,
    `new Headers("a: b")`,
    `new Headers({ "a b": "c" })`,
    `new Headers({ "": "c" })`,
    `new Headers({ a: "b\\nc" })`,
    `new Headers({ a: "b\\0" })`,
    `new Headers({ a: "\\u0100" })`,
    `new Headers({ [Symbol()]: "" })`,
    `new Headers().append("é", "")`,
    `new Headers().set("a")`,
    `new Headers().get()`,
    `Headers.prototype.get.call({}, "a")`,
    `new Request("http://a/").headers.append("a", Symbol())`,
    `Response.redirect("http://a/").headers.set("a", "b")`,
    `Response.error().headers.set("a", "b")`,
  ]) {
    test(`${bad} throws a TypeError`, async () => expect(await thrownBy(bad)).toBe("TypeError"));
  }

  test("keep Latin-1 as it is", async () => {
    const it = await guest({
      main: `export default { fetch(r) { return new Response(null, { headers: { "x-b": r.headers.get("x-a") } }); } }`,
    });
    const answer = await it.request("http://a/", { headers: [["x-a", "caf\u00e9"]] });
    expect(answer.headers).toEqual([["x-b", "caf\u00e9"]]);
  });
});
