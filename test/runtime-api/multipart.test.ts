import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { inside } from "./like-node.ts";

const parse = `const show = async (form) => Promise.all([...form].map(async ([k, v]) => [k, typeof v === "string" ? v : [v.name, v.type, await v.text()]]));
  const parse = async (text, boundary = "b") => show(await new Response(text, { headers: { "content-type": "multipart/form-data; boundary=" + boundary } }).formData());`;

describe("multipart/form-data", () => {
  test("what is written reads back", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `${parse} const form = new FormData(); form.append("a\\"b\\nc", "1\\n2"); form.append("ü", ""); form.append("empty", new File([], ""));
         form.append("file", new File(["\\r\\n--x\\r\\n", new Uint8Array([0, 255])], 'n"ä.bin', { type: "image/png" }));
         const response = new Response(form); const type = response.headers.get("content-type");
         return [type.replace(/=.*/, ""), await show(await response.formData())];`,
      ),
    ).toEqual([
      "multipart/form-data; boundary",
      [
        ['a"b\r\nc', "1\r\n2"],
        ["ü", ""],
        ["empty", ["", "application/octet-stream", ""]],
        ["file", ['n"ä.bin', "image/png", "\r\n--x\r\n\0\ufffd"]],
      ],
    ]);
  });

  test("Node reads what is written, and the other way round", async () => {
    const it = await guest();
    const { contentType, body } = (await inside(
      it,
      `const form = new FormData(); form.append("text", "ä\\r\\nb"); form.append("file", new File(["xyz"], "q\\"uote.txt", { type: "text/plain" }));
       const response = new Response(form); return { contentType: response.headers.get("content-type"), body: await response.text() };`,
    )) as { contentType: string; body: string };
    const read = await new Response(body, { headers: { "content-type": contentType } }).formData();
    expect(read.get("text")).toBe("ä\r\nb");
    expect(await (read.get("file") as File).text()).toBe("xyz");

    const form = new FormData();
    form.append('na"me', "value");
    form.append("up", new File(["data"], "ü.txt", { type: "text/css" }));
    const sent = new Response(form);
    const boundary = (sent.headers.get("content-type") ?? "").split("boundary=")[1];
    expect(
      await inside(it, `${parse} return parse(${JSON.stringify(await sent.text())}, ${JSON.stringify(boundary)});`),
    ).toEqual([
      ['na"me', "value"],
      ["up", ["ü.txt", "text/css", "data"]],
    ]);
  });

  test.each([
    ["--b--", []],
    ["--b--\r\n", []],
    ["--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--", [["a", "x"]]],
    ['preamble\r\n--b \t\r\ncontent-disposition:form-data; NAME="a"; x=y\r\n\r\n\r\n--b--\r\nepilogue', [["a", ""]]],
    ['--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n--b--', [["a", ""]]],
    [
      '--b\r\ncontent-disposition: form-data; name="a%22\\"%0D%0A"; filename="f;g"\r\n\r\n\r\n--c\r\n\r\n--b--',
      [['a""\r\n', ["f;g", "text/plain", "\r\n--c\r\n"]]],
    ],
    [
      '--b\r\nx: y\r\ncontent-type: a/b\r\ncontent-disposition: form-data; name="a"; filename=""\r\n\r\nz\r\n--b--',
      [["a", ["", "a/b", "z"]]],
    ],
  ])("reads %j", async (text, entries) => {
    const it = await guest();
    expect(await inside(it, `${parse} return parse(${JSON.stringify(text)});`)).toEqual(entries);
  });

  test.each([
    "",
    "--b",
    "--b\r\n",
    "--c--",
    '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nno end',
    "--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--",
    "--b\r\n\r\nx\r\n--b--",
    '--b\r\ncontent-disposition: attachment; name="a"\r\n\r\nx\r\n--b--',
    '--bad\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n--b--',
    '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n--boundary\r\n--b--',
  ])("refuses %j", async (text) => {
    const it = await guest();
    expect(await inside(it, `${parse} return rejected(parse(${JSON.stringify(text)}));`)).toBe("TypeError");
  });

  test("reads megabytes of binary data", async () => {
    const it = await guest();
    expect(
      await inside(
        it,
        `const bytes = new Uint8Array(2_000_000).map((_, i) => (i % 7 === 0 ? 13 : i)); const form = new FormData(); form.append("f", new Blob([bytes]));
         const read = await (await new Response(form).formData()).get("f").bytes();
         return [read.length, read.every((b, i) => b === bytes[i])];`,
      ),
    ).toEqual([2_000_000, true]);
  });
});
