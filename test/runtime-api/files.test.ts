import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("Blob and File", () => {
  test.each([
    'const b = new Blob(["aä", new Uint8Array([65, 66]), new Uint8Array([1, 67, 68]).subarray(1), new Blob(["in"]), 5, null]); return [b.size, b.type, await b.text()];',
    'return [new Blob([], { type: "Text/PLAIN" }).type, new Blob([], { type: "ü" }).type, new Blob().size, new Blob(undefined).size];',
    'const b = new Blob(["0123456789"], { type: "a/b" }); return await Promise.all([[], [2], [2, 5], [-3], [-3, -1], [5, 2], [NaN, 3], [0, 100], [1.9, 3.9], [0.5, 1.5], [-Infinity, Infinity]].map(async (args) => { const s = b.slice(...args); return [await s.text(), s.size, s.type]; }));',
    'return new Blob(["x"]).slice(0, 1, "TEXT/html").type;',
    'const b = new Blob(["abc"]); const one = await b.arrayBuffer(); new Uint8Array(one)[0] = 0; return [await b.text(), one instanceof ArrayBuffer];',
    "const source = new Uint8Array([65]); const b = new Blob([source]); source[0] = 66; return await b.text();",
    "return await new Blob([new Uint8Array([0xef, 0xbb, 0xbf, 0x41, 0xff])]).text();",
    'const b = new Blob(["x".repeat(200000)]); let size = 0; for await (const chunk of b.stream()) size += chunk.length; return size;',
    "const chunks = []; for await (const chunk of new Blob([]).stream()) chunks.push(chunk); return chunks.length;",
    'return [thrown(() => new Blob("text")), thrown(() => new Blob(5)), thrown(() => new File()), thrown(() => new File([])), thrown(() => new Blob([], { endings: "x" }))];',
    'return await new Blob(["a\\r\\nb\\nc\\rd"], { endings: "native" }).text();',
    'const f = new File(["ab"], "na/me.txt", { type: "text/plain", lastModified: 5 }); return [f.name, f.size, f.type, f.lastModified, f instanceof Blob, await f.text()];',
    'return [new File([], "a").lastModified > 1e12, new File([], "a", { lastModified: "12" }).lastModified, Object.prototype.toString.call(new File([], "a"))];',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });

  test("bytes() gives a copy, and a slice needs none", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        'const b = new Blob(["abc"]); (await b.bytes())[0] = 0; return [[...(await b.slice(1).bytes())], await b.text()];',
      ),
    ).toEqual([[98, 99], "abc"]);
  });
});

describe("FormData", () => {
  const show = `const show = async (form) => Promise.all([...form].map(async ([k, v]) => [k, typeof v === "string" ? v : [v.name, v.type, await v.text(), v instanceof File]]));`;
  test.each([
    'const f = new FormData(); f.append("a", 1); f.append("a", "\\ud800"); f.append("b", "x"); f.set("a", "only"); f.set("c", null); return show(f);',
    'const f = new FormData(); f.append("a", "1"); f.append("b", "2"); f.delete("a"); return [f.has("a"), f.get("a"), f.getAll("b"), f.get("b")];',
    'const f = new FormData(); f.append("blob", new Blob(["x"], { type: "t/t" })); f.append("named", new Blob(["y"]), "n.txt"); f.append("file", new File(["z"], "z.txt")); f.append("renamed", new File(["z"], "z.txt", { type: "q/q", lastModified: 9 }), "r.txt"); return [await show(f), f.get("renamed").lastModified];',
    'const f = new FormData(); const file = new File([], "x"); f.append("f", file); return f.get("f") === file;',
    'const f = new FormData(); f.append("a", "1"); f.append("b", "2"); const seen = []; f.forEach((v, k, o) => seen.push(v, k, o === f)); return [seen, [...f.keys()], [...f.values()]];',
    'return [thrown(() => new FormData({})), thrown(() => new FormData().append("a")), thrown(() => new FormData().append("a", "b", "c")), thrown(() => new FormData().get())];',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), show + code);
  });
});
