import { areFields, isReasonPhrase } from "../core/head-syntax.ts";

/** What came is no HTTP, or more of it than anybody has use for. Its message is for the function's log. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}

/** How an answer's body comes: so many bytes, or in chunks. */
export type BodyLength = number | "chunked";

export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn, joined by '\n', without those that are for us. */
  readonly headers: string;
  /** Fields that begin with `islet-`, by their names in lower case. */
  readonly own: ReadonlyMap<string, string>;
  readonly length: BodyLength;
  /** Nothing more comes on this connection after it. */
  readonly last: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/;
const loneLineEnd = /(?<!\r)\n/;
const decimal = /^\d{1,15}$/;
/** What a runner says to us and not to the client. */
const ownPrefix = "islet-";
const none: ReadonlyMap<string, string> = new Map();

/** @param text a head without the empty line that ends it. @throws AnswerError */
export function readAnswerHead(text: string, method: string): AnswerHead {
  // It would be a line of its own to whoever reads the flat form, where '\n' comes between the fields.
  if (loneLineEnd.test(text)) throw new AnswerError("a line ends without a carriage return");
  const lines = text.split("\r\n");
  const [, minor, code, statusText = ""] = statusLine.exec(lines[0] as string) ?? [];
  if (code === undefined || !isReasonPhrase(statusText)) throw new AnswerError("the status line is none of HTTP/1.1");
  const status = Number(code);
  const kept: string[] = [];
  let own: Map<string, string> | undefined;
  let declared: string | undefined;
  let chunked = false;
  let last = minor === "0";
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    const colon = line.indexOf(":");
    if (colon < 1) throw new AnswerError("a header has no name");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    const lower = name.toLowerCase();
    if (lower.startsWith(ownPrefix)) {
      own ??= new Map();
      own.set(lower, value);
      continue;
    }
    kept.push(name, value);
    if (lower === "content-length") {
      if (!decimal.test(value) || (declared !== undefined && declared !== value)) {
        throw new AnswerError("the content-length is not one number");
      }
      declared = value;
    } else if (lower === "transfer-encoding") {
      if (chunked || value.toLowerCase() !== "chunked") throw new AnswerError("the transfer-encoding is not chunked");
      chunked = true;
    } else if (lower === "connection" && value.toLowerCase() !== "keep-alive") last = true;
  }
  const headers = kept.join("\n");
  // Also of a name with a blank in it, or a line that goes on with the one before.
  if (!areFields(headers)) throw new AnswerError("a header has a character that none may have");
  const bare = method === "HEAD" || status < 200 || status === 204 || status === 304;
  if (!bare && chunked === (declared !== undefined)) {
    throw new AnswerError("an answer says its length, or that it comes in chunks, and not both");
  }
  const length = bare ? 0 : chunked ? "chunked" : Number(declared);
  return { status, statusText, headers, own: own ?? none, length, last };
}
