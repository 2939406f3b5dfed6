import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { host } from "../host.ts";
import { crossable } from "../webidl.ts";
import { blobBytes, File, fillBlob } from "./blob.ts";
import { FormData, formDataEntries } from "./form-data.ts";

/** multipart/form-data (RFC 7578), with names escaped as the HTML Standard has it. */

const carriageReturn = 13;
const lineFeed = 10;
const dash = 45;
/** Bytes that the header lines of one part may have. */
const maxHeaderBytes = 16_384;

/** Throws a TypeError when the bytes are not a complete multipart/form-data body. */
export function parseMultipart(bytes: Uint8Array, boundary: string): FormData {
  const form = new FormData();
  const opening = encodeUtf8(`--${boundary}`);
  const delimiter = encodeUtf8(`\r\n--${boundary}`);
  // A body may begin with a line break or a preamble; the first boundary then follows a line break.
  let at = startsWith(bytes, opening, 0) ? opening.length : after(bytes, delimiter, 0);
  while (at >= 0) {
    if (bytes[at] === dash && bytes[at + 1] === dash) return form;
    at = skipLineEnd(bytes, at);
    const headersEnd = endOfHeaders(bytes, at);
    const part = parseHeaders(decodeUtf8(bytes.subarray(at, headersEnd)));
    const contentAt = headersEnd + 4;
    // A part without content has its delimiter right after the empty line, or shares that line's end.
    const next = after(bytes, delimiter, headersEnd + 2);
    if (next < 0) break;
    const content = bytes.subarray(contentAt, Math.max(contentAt, next - delimiter.length));
    if (part.filename === undefined) form.append(part.name, decodeKeepingBom(content));
    else form.append(part.name, fillBlob(new File([], part.filename, { type: part.type }), new Uint8Array(content)));
    at = next;
  }
  throw malformed("it ends without the closing boundary");
}

interface PartHeaders {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
}

function parseHeaders(text: string): PartHeaders {
  let disposition = "";
  let type = "text/plain";
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const header = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (header === "content-disposition") disposition = line.slice(colon + 1).trim();
    else if (header === "content-type") type = line.slice(colon + 1).trim();
  }
  const name = parameter(disposition, "name");
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) throw malformed("a part has no name");
  return { name, filename: parameter(disposition, "filename"), type };
}

const parameters = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;

function parameter(disposition: string, wanted: string): string | undefined {
  for (const [, name, quoted, bare] of disposition.matchAll(parameters)) {
    if (name?.toLowerCase() === wanted) return unescapeName(quoted ?? bare ?? "");
  }
  return undefined;
}

function unescapeName(text: string): string {
  return text.replaceAll('\\"', '"').replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n");
}

function escapeName(text: string): string {
  return text.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}

function normalizeLineEnds(text: string): string {
  return text.replace(/\r\n?|\n/g, "\r\n");
}

/** The body's bytes, and the boundary for its content-type. */
export function serializeMultipart(form: FormData): { bytes: Uint8Array; boundary: string } {
  const boundary = `----islet-form-${host.randomUuid().replaceAll("-", "")}`;
  const pieces: Uint8Array[] = [];
  for (const [name, value] of formDataEntries(form)) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(normalizeLineEnds(name))}"`;
    if (typeof value === "string") pieces.push(encodeUtf8(`${head}\r\n\r\n${normalizeLineEnds(value)}\r\n`));
    else {
      const type = value.type || "application/octet-stream";
      pieces.push(encodeUtf8(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      pieces.push(blobBytes(value), encodeUtf8("\r\n"));
    }
  }
  pieces.push(encodeUtf8(`--${boundary}--\r\n`));
  return { bytes: concatenate(pieces), boundary };
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function decodeKeepingBom(bytes: Uint8Array): string {
  return host.decode("utf-8", false, true, crossable(bytes)) ?? "";
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Where the first `wanted` from `from` on ends; -1 when there is none. `wanted` begins with CR. */
function after(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(carriageReturn, from); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
    if (startsWith(bytes, wanted, at)) return at + wanted.length;
  }
  return -1;
}

function skipLineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  // Spaces and tabs may stand between a boundary and the end of its line.
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) return at + 2;
  throw malformed("a boundary is not followed by a line break");
}

function endOfHeaders(bytes: Uint8Array, from: number): number {
  const end = after(bytes.subarray(from, from + maxHeaderBytes), blankLine, 0);
  if (end < 0) throw malformed("a part's headers do not end");
  return from + end - blankLine.length;
}

const blankLine = new Uint8Array([carriageReturn, lineFeed, carriageReturn, lineFeed]);

function malformed(why: string): TypeError {
  return new TypeError(`This is not a multipart/form-data body: ${why}`);
}
