import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";

async function run(code: string): Promise<unknown> {
  return (await guest()).run(code);
}

async function thrownBy(code: string): Promise<unknown> {
  return run(`try { await (${code}); return "nothing"; } catch (error) { return error.name; }`);
}

describe("Request", () => {
  test("has the defaults of the standard", async () => {
    expect(
      await run(`const r = new Request("http://a/b/../c?d#e");
        return [r.method, r.url, r.redirect, r.mode, r.credentials, r.cache, r.referrer, r.referrerPolicy, r.integrity,
          r.keepalive, r.destination, r.duplex, r.body, r.bodyUsed, r.signal.aborted, String(r)];`),
    ).toEqual([
      "GET",
      "http://a/c?d#e",
      "follow",
      "cors",
      "same-origin",
      "default",
      "about:client",
      "",
      "",
      false,
      "",
      "half",
      null,
      false,
      false,
      "[object Request]",
    ]);
  });

  test("takes another Request and changes of it", async () => {
    expect(
      await run(`const a = new Request("http://a/", { method: "post", body: "x", headers: { b: "c" }, redirect: "manual" });
        const b = new Request(a, { headers: { d: "e" } });
        return [b.method, b.url, b.redirect, [...b.headers], await b.text(), a.bodyUsed, [...a.headers]];`),
    ).toEqual([
      "POST",
      "http://a/",
      "manual",
      [["d", "e"]],
      "x",
      true,
      [
        ["b", "c"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
    ]);
  });

  test("keeps the case of methods that it does not know", async () => {
    expect(
      await run(`return ["get", "patch", "Foo"].map((method) => new Request("http://a/", { method }).method)`),
    ).toEqual(["GET", "patch", "Foo"]);
  });

  test("follows the signal that it is given", async () => {
    expect(
      await run(`const controller = new AbortController();
        const r = new Request(new Request("http://a/", { signal: controller.signal }));
        controller.abort("why");
        return [r.signal.aborted, r.signal.reason, r.signal === controller.signal];`),
    ).toEqual([true, "why", false]);
  });

  for (const bad of [
    `new Request()`,
    `new Request("/relative")`,
    `new Request("http://user:pass@a/")`,
    `new Request("http://a/", { method: "TRACE" })`,
    `new Request("http://a/", { method: "a b" })`,
    `new Request("http://a/", { body: "x" })`,
    `new Request("http://a/", { redirect: "sometimes" })`,
    `new Request("http://a/", { mode: "navigate" })`,
    `new Request("http://a/", { cache: "only-if-cached" })`,
    `new Request("http://a/", { signal: {} })`,
    `new Request("http://a/", 1)`,
  ]) {
    test(`${bad} throws a TypeError`, async () => expect(await thrownBy(bad)).toBe("TypeError"));
  }
});

describe("Response", () => {
  test("has the defaults of the standard", async () => {
    expect(
      await run(`const r = new Response();
        return [r.status, r.ok, r.statusText, r.type, r.url, r.redirected, r.body, r.bodyUsed, [...r.headers], String(r)]`),
    ).toEqual([200, true, "", "default", "", false, null, false, [], "[object Response]"]);
  });

  test("json, redirect and error", async () => {
    expect(
      await run(`const json = Response.json({ a: 1 }, { status: 201, headers: { b: "c" } });
        const redirect = Response.redirect("http://a/../b", 308);
        const error = Response.error();
        return [json.status, [...json.headers], await json.text(), redirect.status, [...redirect.headers], error.type, error.status];`),
    ).toEqual([
      201,
      [
        ["b", "c"],
        ["content-type", "application/json"],
      ],
      '{"a":1}',
      308,
      [["location", "http://a/b"]],
      "error",
      0,
    ]);
  });

  for (const [bad, name] of [
    [`new Response("x", { status: 204 })`, "TypeError"],
    [`new Response(null, { status: 199 })`, "RangeError"],
    [`new Response(null, { status: 600 })`, "RangeError"],
    [`new Response(null, { statusText: "a\\nb" })`, "TypeError"],
    [`Response.json(undefined)`, "TypeError"],
    [`Response.json(1, { status: 204 })`, "TypeError"],
    [`Response.redirect("/a")`, "TypeError"],
    [`Response.redirect("http://a/", 200)`, "RangeError"],
    [`Response.prototype.text.call({})`, "TypeError"],
    [`(async () => { const r = new Response("x"); await r.text(); r.clone(); })()`, "TypeError"],
  ] as const) {
    test(`${bad} throws a ${name}`, async () => expect(await thrownBy(bad)).toBe(name));
  }
});

test("cf says what is known of the client, and what a request was made with", async () => {
  const main = `export default { fetch: (request) => Response.json({
    cf: request.cf,
    copies: [new Request(request).cf === request.cf, request.clone().cf === request.cf, new Request(request, { cf: { a: 1 } }).cf],
    made: [new Request("http://x.test").cf ?? null, new Request("http://x.test", { cf: { b: 2 } }).clone().cf],
    headers: [...request.headers],
  }) }`;
  const { entries, host, answer } = await guest({ main });
  const ask = async (head: string) => {
    const id = host.nextId();
    entries.invoke(id, "GET", "http://x.test/", head, null);
    return JSON.parse((await answer(id)).text) as Record<string, unknown>;
  };
  expect(await ask("Accept-Encoding\nbr\nX\n\u0000192.0.2.7\n4242\n1.1")).toEqual({
    cf: { clientAddress: "192.0.2.7", clientPort: 4242, httpProtocol: "HTTP/1.1", clientAcceptEncoding: "br" },
    copies: [true, true, { a: 1 }],
    made: [null, { b: 2 }],
    headers: [
      ["accept-encoding", "br"],
      ["x", ""],
    ],
  });
  expect(await ask("")).toMatchObject({ cf: {}, headers: [] });
});

test("constructors and fetch have the lengths that Web IDL gives them", async () => {
  expect(
    await run(
      `return [Request, Response, Response.json, Response.redirect, Headers, fetch].map(({ name, length }) => name + length)`,
    ),
  ).toEqual(["Request1", "Response0", "json1", "redirect1", "Headers0", "fetch1"]);
});

describe("a body", () => {
  const kinds: [string, string, string, string | null][] = [
    ["a string", `"h\u00e9"`, "h\u00e9", "text/plain;charset=UTF-8"],
    ["bytes", `new Uint8Array([104, 105])`, "hi", null],
    ["a view of a part", `new DataView(new Uint8Array([1, 104, 105, 2]).buffer, 1, 2)`, "hi", null],
    ["an ArrayBuffer", `new Uint8Array([104, 105]).buffer`, "hi", null],
    [
      "URLSearchParams",
      `new URLSearchParams({ a: "b c" })`,
      "a=b+c",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
    ["a Blob", `new Blob(["hi"], { type: "text/x" })`, "hi", "text/x"],
    ["a number", `12`, "12", "text/plain;charset=UTF-8"],
    ["an object", `({})`, "[object Object]", "text/plain;charset=UTF-8"],
    ["a stream", `new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104, 105])); c.close(); } })`, "hi", null],
  ];
  for (const [what, source, text, type] of kinds) {
    test(`of ${what}: text, bytes, stream and type`, async () => {
      expect(
        await run(`const make = () => new Response(${source});
          const one = make(), two = make(), three = make(), four = make();
          const chunks = [];
          for await (const chunk of three.body) chunks.push(...chunk);
          const decode = (bytes) => new TextDecoder().decode(bytes);
          return [one.headers.get("content-type"), await one.text(), one.bodyUsed, decode(await two.bytes()),
            decode(new Uint8Array(chunks)), three.bodyUsed, decode(await four.arrayBuffer())];`),
      ).toEqual([type, text, true, text, text, true, text]);
    });
  }

  test("of FormData goes there and back", async () => {
    expect(
      await run(`const form = new FormData();
        form.append("a", "1");
        form.append("f", new File(["hi"], "x.txt", { type: "text/plain" }));
        const r = new Response(form);
        const back = await r.formData();
        const f = back.get("f");
        return [r.headers.get("content-type").split("=")[0], back.get("a"), f.name, f.type, await f.text()];`),
    ).toEqual(["multipart/form-data; boundary", "1", "x.txt", "text/plain", "hi"]);
  });

  test("of a form is read as FormData", async () => {
    expect(
      await run(`const form = await new Response(new URLSearchParams("a=1&b=2&a=3")).formData();
        return [form.getAll("a"), form.get("b")];`),
    ).toEqual([["1", "3"], "2"]);
  });

  test("is a Blob of the content type", async () => {
    expect(
      await run(`const blob = await new Response("hi", { headers: { "content-type": 'Text/X; A="b c"' } }).blob();
        return [blob.size, blob.type];`),
    ).toEqual([2, 'text/x;a="b c"']);
  });

  test("loses a byte order mark as text only", async () => {
    expect(
      await run(`const bom = "\\uFEFFa";
        return [(await new Response(bom).text()).length, (await new Response(bom).bytes()).length,
          (await new Response(new TextEncoder().encode(bom)).text()).length];`),
    ).toEqual([1, 4, 1]);
  });

  test("copies the bytes that it was given", async () => {
    expect(
      await run(
        `const bytes = new Uint8Array([1]); const r = new Response(bytes); bytes[0] = 2; return (await r.bytes())[0];`,
      ),
    ).toBe(1);
  });

  test("can be cloned, and the clones share nothing that can be changed", async () => {
    expect(
      await run(`const a = new Response(new Uint8Array([1]), { status: 201 });
        const b = a.clone();
        (await a.bytes())[0] = 2;
        const s = new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([7])); c.close(); } }));
        const t = s.clone();
        return [b.status, (await b.bytes())[0], (await s.bytes())[0], (await t.bytes())[0]];`),
    ).toEqual([201, 1, 7, 7]);
  });

  test("is used when its stream has been read from, and cannot be read while that is locked", async () => {
    expect(
      await run(`const a = new Response("abc");
        const reader = a.body.getReader();
        const locked = [a.bodyUsed, a.body.locked, await a.text().catch((error) => error.name)];
        await reader.read();
        reader.releaseLock();
        const b = new Response("x");
        const { body } = b;
        await b.text();
        return [locked, a.bodyUsed, await a.text().catch((error) => error.name), body.locked, b.bodyUsed, b.body === body];`),
    ).toEqual([[false, true, "TypeError"], true, "TypeError", true, true, true]);
  });

  test("rejects for chunks that are not bytes, and cancels the stream", async () => {
    expect(
      await run(`let reason;
        const r = new Response(new ReadableStream({ start(c) { c.enqueue("text"); }, cancel(why) { reason = why.name; } }));
        return [await r.text().catch((error) => error.name), reason];`),
    ).toEqual(["TypeError", "TypeError"]);
  });

  test("can be read with a buffer of one's own", async () => {
    expect(
      await run(`const reader = new Response("abc").body.getReader({ mode: "byob" });
        const { value } = await reader.read(new Uint8Array(2));
        const rest = await reader.read(new Uint8Array(2));
        const end = await reader.read(new Uint8Array(2));
        return [[...value], [...rest.value], end.done];`),
    ).toEqual([[97, 98], [99], true]);
  });
});
