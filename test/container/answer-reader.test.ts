import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnswerHead } from "../../src/container/answer-head.ts";
import { AnswerReader } from "../../src/container/answer-reader.ts";

/** What a reader tells of an answer that comes in these pieces. */
function told(pieces: readonly Buffer[], method = "GET"): string[] {
  const seen: string[] = [];
  const reader = new AnswerReader();
  reader.expect(method, {
    onContinue: () => seen.push("continue"),
    onHead: ({ status, headers, length }: AnswerHead) =>
      seen.push(`${status} ${headers.replaceAll("\n", "|")} ${length}`),
    onPiece: (piece) => {
      const last = seen.at(-1);
      if (last?.startsWith("body ")) seen[seen.length - 1] = last + piece.toString("latin1");
      else seen.push(`body ${piece.toString("latin1")}`);
    },
    onEnd: () => seen.push("end"),
  });
  for (const piece of pieces) reader.feed(piece);
  return seen;
}

const whole = (text: string) => [Buffer.from(text, "latin1")];
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

test.each([
  [
    "a length",
    "HTTP/1.1 201 Made\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nhi",
    ["201 X-A|1|Content-Length|2 2", "body hi", "end"],
  ],
  [
    "chunks",
    `${chunked}2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\nX-T: 1\r\n\r\n`,
    ["200 Transfer-Encoding|chunked chunked", "body hi yo", "end"],
  ],
  ["nothing", "HTTP/1.1 204\r\n\r\n", ["204  0", "end"]],
  [
    "what is wanted first",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ["continue", "200 content-length|0 0", "end"],
  ],
  [
    "what is for us",
    "HTTP/1.1 200 OK\r\nislet-lines: 3\r\ncontent-length: 0\r\n\r\n",
    ["200 content-length|0 0", "end"],
  ],
])("reads an answer with %s, however it is cut", (_, text, expected) => {
  expect(told(whole(text))).toEqual(expected);
  const bytes = Buffer.from(text, "latin1");
  expect(told([...bytes].map((byte) => Buffer.of(byte)))).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(told(pieces.filter(({ length }) => length > 0))).toEqual(expected);
    }),
  );
});

test("an answer to HEAD has no body, whatever it says of its length", () => {
  expect(told(whole("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"), "HEAD")).toEqual([
    "200 content-length|9 0",
    "end",
  ]);
});

test.each([
  ["no HTTP", "SSH-2.0-x\r\n\r\n"],
  ["another protocol", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"],
  ["no length", "HTTP/1.1 200 OK\r\n\r\n"],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
  ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"],
  ["a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n"],
  ["a coding that is not known", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
  ["a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n"],
  ["a folded header", "HTTP/1.1 200 OK\r\nx: y\r\n z: 1\r\ncontent-length: 0\r\n\r\n"],
  ["a blank before the colon", "HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n"],
  ["a field in another's value", "HTTP/1.1 200 OK\r\nx: 1\ncontent-length\n99\r\ncontent-length: 0\r\n\r\n"],
  ["a line that ends too soon", "HTTP/1.1 200 OK\nx: 1\r\ncontent-length: 0\r\n\r\n"],
  ["a chunk without a size", `${chunked}\r\n`],
  ["a chunk that is longer than it says", `${chunked}1\r\nhello\r\n`],
  ["a second answer", "HTTP/1.1 204 None\r\n\r\nHTTP/1.1 204 None\r\n\r\n"],
  ["a head without an end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(600_000)}`],
  ["a size without an end", `${chunked}${"0".repeat(2_000)}`],
  ["trailers without an end", `${chunked}0\r\n${"x: y\r\n".repeat(5_000)}`],
])("takes %s for no answer", (_, text) => {
  expect(() => told(whole(text))).toThrow(expect.objectContaining({ name: "AnswerError" }));
});

test("a head that comes byte by byte costs no more the longer it is", () => {
  const head = Buffer.from(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(200_000)}\r\ncontent-length: 0\r\n\r\n`);
  expect(told([...head].map((byte) => Buffer.of(byte))).at(-1)).toBe("end");
});
