import { describe, expect, test } from "vitest";
import { guest } from "./guest.ts";
import { expectLikeNode, inside } from "./like-node.ts";

describe("TextEncoder", () => {
  test.each([
    'return [...new TextEncoder().encode("aé€\\u{1F4A9}\\ud800x\\udc00")];',
    'return [new TextEncoder().encode().length, new TextEncoder().encode("é".repeat(1000)).length, new TextEncoder().encoding];',
    'return [...new TextEncoder().encode("x".repeat(300) + "ü")].slice(-3);',
    ...[0, 1, 2, 3, 4, 5, 8, 20].map(
      (size) =>
        `const b = new Uint8Array(${size}); const r = new TextEncoder().encodeInto("aé€\\u{1F4A9}\\ud800", b); return [r, [...b]];`,
    ),
    'return thrown(() => new TextEncoder().encodeInto("a", []));',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });
});

const texts = ["aé€\u{1F4A9}z", "\uFEFFbom", "plain ascii"];
const broken = [
  [0x80],
  [0xc0, 0x80],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf0, 0x9f, 0x92],
  [0x61, 0xe2, 0x82, 0x62],
  [0xff, 0xfe],
  [0xf0, 0x9f, 0x41, 0xe2],
  [0xc3],
  [0xe2, 0x28, 0xa1],
  [0xf8, 0x88],
];

/** Decodes in pieces of every size, with all options. */
const inPieces = `const decode = (label, bytes) => [1, 2, 3, 4, 5, 7].flatMap((size) => [true, false].map((ignoreBOM) => {
  const decoder = new TextDecoder(label, { ignoreBOM }); let text = "";
  for (let i = 0; i < bytes.length; i += size) text += decoder.decode(bytes.subarray(i, i + size), { stream: true });
  return text + decoder.decode() + "|" + decoder.decode(bytes);
}));`;

describe("TextDecoder", () => {
  test("gives the same for UTF-8 in pieces, valid or not", async () => {
    const it = await guest();
    for (const bytes of [...texts.map((text) => [...Buffer.from(text)]), ...broken]) {
      await expectLikeNode(it, `${inPieces} return decode("utf-8", new Uint8Array([${bytes}]));`);
    }
  });

  test.each([
    ["shift_jis", [0x90, 0x85, 0x61, 0xff, 0x83, 0x5c, 0xb1, 0x90]],
    ["euc-jp", [0x8f, 0xb0, 0xa1, 0x8e, 0xb1, 0xbf, 0xe5, 0x8f, 0x41, 0xbf]],
    ["gb18030", [0x81, 0x30, 0x81, 0x30, 0xd6, 0xd0, 0x81, 0x31, 0x41, 0x81, 0x30, 0x81]],
    ["gbk", [0xd6, 0xd0, 0x41, 0xff, 0xce, 0xc4, 0x81]],
    ["big5", [0xa4, 0xa4, 0x30, 0xa4, 0x20, 0xa4]],
    ["euc-kr", [0xc7, 0xd1, 0x41, 0xb1, 0xdb, 0xc7]],
    ["iso-2022-jp", [0x41, 0x1b, 0x24, 0x42, 0x34, 0x41, 0x3b, 0x7a, 0x1b, 0x28, 0x42, 0x42, 0x1b, 0x28, 0x4a, 0x5c]],
  ])("gives the same for %s in pieces as for all of it", async (label, bytes) => {
    const found = (await inside(
      await guest(),
      `${inPieces} return decode("${label}", new Uint8Array([${bytes}]));`,
    )) as string[];
    for (const text of found) expect(text.split("|")[0]).toBe(text.split("|")[1]);
  });

  test("does not wait for more when a character is whole", async () => {
    expect(
      await inside(
        await guest(),
        `return [["shift_jis", [144, 133]], ["gb18030", [0x81, 0x30, 0x81, 0x30]], ["iso-2022-jp", [65, 27, 65]], ["iso-2022-jp", [27, 36, 66, 52, 65, 27, 40, 66]]]
           .map(([label, bytes]) => new TextDecoder(label).decode(new Uint8Array(bytes), { stream: true }));`,
      ),
    ).toEqual(["\u6c34", "\u0080", "A\ufffdA", "\u6f22"]);
  });

  test("gives the same for UTF-16 in pieces", async () => {
    const it = await guest();
    for (const text of [...texts, "\ud83d", "a\udca9\ud83db"]) {
      const bytes = [...Buffer.from(text, "utf16le")];
      await expectLikeNode(it, `${inPieces} return decode("utf-16le", new Uint8Array([${bytes}, 0x3d]));`);
      const swapped = [...Buffer.from(bytes).swap16()];
      await expectLikeNode(it, `${inPieces} return decode("utf-16be", new Uint8Array([${swapped}]));`);
    }
  });

  test("gives the same for legacy encodings in pieces", async () => {
    const it = await guest();
    const encoded: Record<string, number[]> = {
      "windows-1252": [0x80, 0xe9, 0x41],
      latin1: [0x80, 0xe9],
      "koi8-r": [0xc1, 0xd2],
      gbk: [0xc4, 0xe3, 0x20, 0xba, 0xc3, 0x41, 0xc4],
      gb18030: [0x81, 0x30, 0x81, 0x30, 0x41, 0xc4, 0xe3],
      big5: [0xa7, 0x41, 0xa6, 0x6e, 0x0a, 0xa7],
      "euc-kr": [0xbe, 0xc8, 0x41, 0xb3],
      shift_jis: [0x82, 0xb1, 0x83, 0x6e, 0x20, 0xb1, 0x82],
      "euc-jp": [0xa4, 0xb3, 0x20, 0x8e, 0xb1],
      "iso-2022-jp": [0x1b, 0x24, 0x42, 0x24, 0x33, 0x1b, 0x28, 0x42, 0x41],
    };
    for (const [label, bytes] of Object.entries(encoded)) {
      const once = `new TextDecoder("${label}").decode(new Uint8Array([${bytes}]))`;
      // ICU's own streams differ from the standard at broken ends; whole texts are what is compared.
      const expected = new TextDecoder(label).decode(new Uint8Array(bytes));
      expect(
        await inside(it, `${inPieces} return [${once}, ...decode("${label}", new Uint8Array([${bytes}]))];`),
        label,
      ).toEqual([expected, ...Array.from({ length: 12 }, () => `${expected}|${expected}`)]);
    }
  });

  test.each([
    'return ["utf8", "UTF-8 ", "latin1", "ascii", "utf-16", "gb2312"].map((label) => new TextDecoder(label).encoding);',
    'return [thrown(() => new TextDecoder("nope")), thrown(() => new TextDecoder("replacement"))];',
    "const d = new TextDecoder(undefined, { fatal: true, ignoreBOM: true }); return [d.encoding, d.fatal, d.ignoreBOM];",
    'const d = new TextDecoder("utf-8", { fatal: true }); return [thrown(() => d.decode(new Uint8Array([0xff]))), d.decode(new Uint8Array([0x41]))];',
    'const d = new TextDecoder("utf-8", { fatal: true }); d.decode(new Uint8Array([0xe2]), { stream: true }); return [thrown(() => d.decode()), d.decode(new Uint8Array([0x41]))];',
    'const d = new TextDecoder("utf-8", { fatal: true }); return thrown(() => d.decode(new Uint8Array([0xe0, 0x80]), { stream: true }));',
    'const b = new TextEncoder().encode("xxhellöxx"); return [new TextDecoder().decode(b.subarray(2, 8)), new TextDecoder().decode(b.buffer), new TextDecoder().decode(new DataView(b.buffer, 2, 3)), new TextDecoder().decode()];',
    'return thrown(() => new TextDecoder().decode("text"));',
    'return new TextDecoder().decode(new TextEncoder().encode("long ä ".repeat(1000))).length;',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), code);
  });
});

describe("TextEncoderStream and TextDecoderStream", () => {
  const through = `const pass = async (stream, chunks) => {
    const writer = stream.writable.getWriter(); const reader = stream.readable.getReader(); const seen = [];
    const reading = (async () => { for (;;) { const { done, value } = await reader.read(); if (done) return; seen.push(value); } })();
    for (const chunk of chunks) writer.write(chunk).catch(() => undefined);
    writer.close().catch(() => undefined); await reading; return seen;
  };`;
  test.each([
    'return (await pass(new TextEncoderStream(), ["a\\ud83d", "\\udca9", "\\ud83d"])).flatMap((chunk) => [...chunk]);',
    'return (await pass(new TextDecoderStream(), [[0xf0, 0x9f], [0x92, 0xa9, 0x41], [0xe2]].map((b) => new Uint8Array(b)))).join("");',
    'return rejected(pass(new TextDecoderStream("utf-8", { fatal: true }), [new Uint8Array([0xff])]));',
    'const s = new TextDecoderStream("latin1", { fatal: true }); return [s.encoding, s.fatal, s.ignoreBOM, new TextEncoderStream().encoding];',
  ])("%s", async (code) => {
    await expectLikeNode(await guest(), through + code);
  });
});
