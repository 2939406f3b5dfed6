import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

const parts = `const all = (u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port,
  u.pathname, u.search, u.hash, u + "", JSON.stringify(u), [...u.searchParams]];`;

describe("URL", () => {
  test.each([
    'return all(new URL("https://user:pa%20ss@Example.com:8080/a/../b?x=1&y=2#frag"));',
    'return all(new URL("../c?d", "http://host/a/b/"));',
    'return all(new URL("http://xn--nxasmq6b/ü?ü#ü"));',
    'return all(new URL("mailto:a@b.c"));',
    'return all(new URL("http://[::1]:80/"));',
    'return all(new URL({ toString: () => "data:text/plain,hi" }));',
    'return all(new URL("/\\ud800", "http://h"));',
    'return [thrown(() => new URL("no")), thrown(() => new URL()), thrown(() => new URL(Symbol())), thrown(() => new URL("/a", "b"))];',
    'return [URL.canParse("a:b"), URL.canParse("x"), URL.canParse("x", "http://h"), URL.parse("x"), all(URL.parse("x", "http://h"))];',
    ...["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"].flatMap((name) =>
      ["ftp", "ex ample:99/?#", "", "8081", "?q=ä", "#h"].map(
        (value) =>
          `const u = new URL("http://h:1/p?a=b#c"); u.searchParams; u.${name} = ${JSON.stringify(value)}; return all(u);`,
      ),
    ),
    'const u = new URL("http://h/"); u.href = "https://other/x?y"; return all(u);',
    'const u = new URL("http://h/?a"); const p = u.searchParams; u.href = "http://h/?b=c"; return [[...p], p === u.searchParams, thrown(() => { u.href = "x"; }), u.href];',
    'const u = new URL("http://h/?a=~"); u.searchParams.append("b c", "d&e\'"); return all(u);',
    'const u = new URL("http://h/?a=1&b=2"); u.searchParams.delete("a"); u.searchParams.delete("b"); return all(u);',
    'const u = new URL("http://h/?b=2&a=1"); u.searchParams.sort(); u.searchParams.set("a", "ä"); return all(u);',
    'const u = new URL("http://h/"); return [thrown(() => { u.origin = "x"; }), u.origin];',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), `"use strict"; ${parts} ${code}`);
  });

  test("has the shape of an interface", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const descriptor = Object.getOwnPropertyDescriptor(URL.prototype, "href");
         return [Object.keys(URL.prototype).length, URL.name, Object.prototype.toString.call(new URL("a:")), descriptor.enumerable,
           thrown(() => descriptor.get.call({})), Object.keys(URL)];`,
      ),
    ).toEqual([
      14,
      "URL",
      "[object URL]",
      true,
      "TypeError",
      ["canParse", "parse", "createObjectURL", "revokeObjectURL"],
    ]);
  });
});

describe("URLSearchParams", () => {
  test.each([
    ...[
      '""',
      '"?a=b&c"',
      '"a=b&a=c&&=d&e="',
      '"a+b=%20%2B&%zz=%"',
      '"%e4%bd=%F0%9F%92%A9"',
      '"\\ud800=\\udc00"',
      '"%EF%BB%BFa=%EF%BB%BF"',
      '"%fe%ff=1&+=+"',
    ].map((init) => `const p = new URLSearchParams(${init}); return [[...p], p + "", p.size];`),
    'return [...new URLSearchParams([["a", 1], ["a", null]])];',
    'return [...new URLSearchParams({ a: 1, b: [2, 3], "\\ud800": "x" })];',
    'return [...new URLSearchParams(new Map([["m", "n"]]))];',
    'return [...new URLSearchParams(new URLSearchParams("q=r"))];',
    "return [...new URLSearchParams(undefined)].length + [...new URLSearchParams(null)].join();",
    'return [thrown(() => new URLSearchParams([["a"]])), thrown(() => new URLSearchParams([1])), thrown(() => new URLSearchParams({ [Symbol.iterator]: 5 }))];',
    'return thrown(() => new URLSearchParams({ [Symbol("a")]: "b" }));',
    'const p = new URLSearchParams(); p.append("!\'()*-._~", "\\u{1F4A9} &=+%\\n"); return p.toString();',
    'const p = new URLSearchParams("a=1&b=2&a=3"); return [p.get("a"), p.get("z"), p.getAll("a"), p.has("b"), p.has("a", "3"), p.has("a", "2"), p.has("a", undefined)];',
    'const p = new URLSearchParams("a=1&b=2&a=3"); p.delete("a", "1"); const s = p + ""; p.delete("a"); return [s, p + ""];',
    'const p = new URLSearchParams("a=1&b=2&a=3"); p.set("a", 9); p.set("z", 0); return p + "";',
    'const p = new URLSearchParams("z=1&\\ufffd=2&\\u{1F308}=3&a=4&z=0"); p.sort(); return p + "";',
    'const p = new URLSearchParams("a=1&b=2&c=3"); const seen = []; for (const [k] of p) { seen.push(k); p.delete("a"); } return seen;',
    'const p = new URLSearchParams("a=1&b=2"); const seen = []; p.forEach(function (v, k, o) { seen.push(v, k, o === p, this.x); }, { x: 7 }); return [seen, [...p.keys()], [...p.values()], [...p.entries()]];',
    'const i = new URLSearchParams("a=1").entries(); return [Object.prototype.toString.call(i), i[Symbol.iterator]() === i, i.next(), i.next()];',
    "return [thrown(() => new URLSearchParams().append('a')), thrown(() => new URLSearchParams().get()), thrown(() => new URLSearchParams().forEach(5))];",
    "return [URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries, Object.keys(URLSearchParams), URLSearchParams.length];",
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });
});
