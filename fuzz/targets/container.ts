import { AnswerError, type AnswerHead } from "../../src/container/answer-head.ts";
import { AnswerReader } from "../../src/container/answer-reader.ts";
import type { Target } from "../target.ts";

const mostGrowthBytes = 256 * 1024 * 1024;

/** What a container sends to a front, where guest code has taken its runner's place: an answer to one request. */
export const container: Target = {
  name: "container",
  dictionary: [
    ...["HTTP/1.1 200 OK\r\n", "HTTP/1.0 204 \r\n", "HTTP/1.1 100 Continue\r\n\r\n", "\r\n", "\n", "\r", "\r\n\r\n"],
    ...["content-length: 5\r\n", "content-length\n5", "transfer-encoding: chunked\r\n", "connection: close\r\n"],
    ...["islet-lines: 1\r\n", "5\r\nhello\r\n", "0\r\n\r\n", ";x=y", "ffffffff\r\n", "\xa0", "\0"],
  ],
  start: async () => {
    const before = process.memoryUsage().rss;
    return {
      run: async (input) => {
        for (const method of ["GET", "HEAD"]) {
          const whole = told(method, [Buffer.from(input)]);
          const cut = told(
            method,
            Array.from(input, (byte) => Buffer.of(byte)),
          );
          // Before an error, less may have been told.
          if (whole.at(-1) !== cut.at(-1))
            throw new Error(`whole it ends with ${whole.at(-1)}, cut with ${cut.at(-1)}`);
        }
      },
      check: async () => {
        const grown = process.memoryUsage().rss - before;
        if (grown > mostGrowthBytes) throw new Error(`memory grew by ${grown} bytes`);
      },
      close: async () => undefined,
    };
  },
};

/** What a reader makes of an answer; the last is how it stands in the end. @throws Error for what would do harm. */
function told(method: string, pieces: readonly Buffer[]): string[] {
  const seen: string[] = [];
  let expected: AnswerHead["length"] = 0;
  let received = 0;
  const reader = new AnswerReader();
  reader.expect(method, {
    onContinue: () => seen.push("continue"),
    onHead: (head) => {
      examine(head);
      expected = head.length;
      seen.push(`head ${head.status}`);
    },
    onPiece: ({ length }) => {
      received += length;
    },
    onEnd: () => {
      if (expected !== "chunked" && received !== expected) throw new Error(`${received} bytes instead of ${expected}`);
      seen.push(`end ${received}`);
    },
  });
  try {
    for (const piece of pieces) reader.feed(piece);
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    seen.push("refused");
  }
  return seen;
}

/** What goes on to the client says the same about the body as what the reader goes by. */
function examine({ headers, length, status }: AnswerHead): void {
  const fields = headers === "" ? [] : headers.split("\n");
  if (fields.length % 2 !== 0) throw new Error("a name has no value");
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase();
    if (name.startsWith("islet-")) throw new Error(`${name} is not for the client`);
    if (length === 0 || status < 200) continue;
    if (name === "content-length" && Number(fields[i + 1]) !== length) throw new Error("another length is handed on");
    if (name === "transfer-encoding" && length !== "chunked") throw new Error("chunks are handed on that are none");
  }
}
