import {
  apostrophe,
  bracket,
  dash,
  endsName,
  equals,
  exclamation,
  greater,
  hasText,
  isLetter,
  isSpace,
  joined,
  less,
  question,
  quote,
  slash,
} from "./bytes.ts";
import type { DocumentEncoding } from "./encoding.ts";
import { ScriptScan } from "./script-scan.ts";

/** `raw` is what stands for nothing by itself, and stays. `more`: the rest of it has not come yet. */
export type TokenKind = "start" | "end" | "text" | "comment" | "doctype" | "raw" | "more" | "over";

/** What follows is text until the end tag of this element; and how that is found. */
export interface TextMode {
  readonly kind: "text" | "script" | "plain";
  readonly name: string;
}

/** Bytes of a token that is not whole yet, above which it is looked at again when they have doubled. */
const longToken = 64 * 1024;
const cdataStart = "<![cdata[";
const doctypeStart = "<!doctype";

/**
 * Cuts a document into tokens, as the HTML Standard's tokenizer does (13.2.5), but on bytes, piece by piece as they
 * come, and without a look at character references: what is not changed stays as it was. Offsets are those of `bytes`.
 */
export class Tokenizer {
  bytes: Uint8Array = new Uint8Array(0);
  /** Of the token. */
  start = 0;
  end = 0;
  /** Of a tag's name, or of a comment's text. */
  contentStart = 0;
  contentEnd = 0;
  selfClosing = false;
  /** Of each attribute of a tag: where name and value begin and end, and where all of it ends. */
  readonly attributes: number[] = [];
  /** Set by who knows what the last start tag means. */
  textMode: TextMode | undefined;
  /** The same: `<![CDATA[` begins one. */
  cdata = false;

  readonly #encoding: DocumentEncoding;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #ended = false;
  #inCdata = false;
  readonly #script = new ScriptScan();

  constructor(encoding: DocumentEncoding) {
    this.#encoding = encoding;
  }

  /**
   * When there is no token any more in what has come. What was left of that comes first. False: it was only kept, since
   * looking through a very long token anew for each piece of it would take time without end.
   */
  write(chunk: Uint8Array): boolean {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    const left = this.bytes.length - this.end;
    if (!this.#ended && left > longToken && this.#keptBytes < left) return false;
    this.bytes = left === 0 && this.#kept.length === 1 ? chunk : joined([this.bytes.subarray(this.end), ...this.#kept]);
    this.start = this.end = 0;
    this.#kept = [];
    this.#keptBytes = 0;
    return true;
  }

  finish(): void {
    this.#ended = true;
  }

  next(): TokenKind {
    const { bytes, end: at } = this;
    this.start = at;
    if (at >= bytes.length) return this.#ended ? "over" : "more";
    if (this.#inCdata) return this.#cdataText(at);
    if (this.textMode) return this.#rawText(at, this.textMode);
    const open = bytes[at] === less ? at : bytes.indexOf(less, at + 1);
    if (open > at) return this.#text(open);
    if (open < 0) return this.#text(bytes.length);
    return this.#markup(at);
  }

  /** The token ends here. */
  #to(kind: TokenKind, end: number): TokenKind {
    this.end = end;
    return kind;
  }

  /** Keeps back what may be a part of a character at the end. */
  #text(to: number): TokenKind {
    let end = to;
    if (end === this.bytes.length && !this.#ended) end -= this.#encoding.incomplete(this.bytes, this.start, end);
    return end === this.start ? "more" : this.#to("text", end);
  }

  /** The document ends within it: text, or as much of a comment or doctype as there is. */
  #unfinished(kind: TokenKind): TokenKind {
    return this.#ended ? this.#to(kind, this.bytes.length) : "more";
  }

  #markup(at: number): TokenKind {
    const { bytes } = this;
    const next = bytes[at + 1];
    if (next === undefined) return this.#unfinished("text");
    if (isLetter(next)) return this.#tag("start", at + 1);
    if (next === slash) {
      const after = bytes[at + 2];
      if (after === undefined) return this.#unfinished("text");
      if (isLetter(after)) return this.#tag("end", at + 2);
      // "</>" is nothing.
      return after === greater ? this.#to("raw", at + 3) : this.#bogusComment(at + 2);
    }
    if (next === exclamation) return this.#declaration(at);
    if (next === question) return this.#bogusComment(at + 1);
    const open = bytes.indexOf(less, at + 1);
    return this.#text(open < 0 ? bytes.length : open);
  }

  #declaration(at: number): TokenKind {
    const { bytes } = this;
    if (bytes[at + 2] === dash && bytes[at + 3] === dash) return this.#comment(at + 4);
    if (hasText(bytes, at, doctypeStart)) {
      const close = bytes.indexOf(greater, at);
      return close < 0 ? this.#unfinished("doctype") : this.#to("doctype", close + 1);
    }
    if (this.cdata && hasText(bytes, at, cdataStart)) {
      this.#inCdata = true;
      return this.#to("raw", at + cdataStart.length);
    }
    const known = bytes.length - at;
    const undecided = known < doctypeStart.length && bytes.indexOf(greater, at) < 0;
    return undecided && !this.#ended ? "more" : this.#bogusComment(at + 2);
  }

  #bogusComment(from: number): TokenKind {
    const close = this.bytes.indexOf(greater, from);
    this.contentStart = from;
    this.contentEnd = close < 0 ? this.bytes.length : close;
    return close < 0 ? this.#unfinished("comment") : this.#to("comment", close + 1);
  }

  #comment(from: number): TokenKind {
    const { bytes } = this;
    this.contentStart = from;
    for (let close = bytes.indexOf(greater, from); close >= 0; close = bytes.indexOf(greater, close + 1)) {
      const ends = commentEnd(bytes, from, close);
      if (ends === undefined) continue;
      this.contentEnd = ends;
      return this.#to("comment", close + 1);
    }
    this.contentEnd = from + withoutBegunEnd(bytes.subarray(from));
    return this.#unfinished("comment");
  }

  #cdataText(at: number): TokenKind {
    const { bytes } = this;
    for (let close = bytes.indexOf(bracket, at); close >= 0; close = bytes.indexOf(bracket, close + 1)) {
      const [second, third] = [bytes[close + 1], bytes[close + 2]];
      if (second === bracket && third === greater) {
        if (close > at) return this.#to("text", close);
        this.#inCdata = false;
        return this.#to("raw", close + 3);
      }
      const undecided = second === undefined || (second === bracket && third === undefined);
      if (undecided && !this.#ended) return close > at ? this.#to("text", close) : "more";
    }
    return this.#text(bytes.length);
  }

  #rawText(at: number, mode: TextMode): TokenKind {
    const { bytes } = this;
    if (mode.kind === "plain") return this.#text(bytes.length);
    const close = mode.kind === "script" ? this.#script.find(bytes, at) : findEndTag(bytes, at, mode.name);
    if (close > at) return this.#text(close);
    const undecided = close + 2 + mode.name.length >= bytes.length;
    if (undecided || !isEndTag(bytes, close, mode.name)) return this.#ended ? this.#text(bytes.length) : "more";
    const kind = this.#tag("end", close + 2);
    if (kind === "end") {
      this.textMode = undefined;
      this.#script.reset();
    }
    return kind;
  }

  /** From the first letter of its name. One that the document ends within is none. */
  #tag(kind: "start" | "end", from: number): TokenKind {
    const { bytes, attributes } = this;
    const { length } = bytes;
    let at = from;
    while (at < length && !endsName(bytes[at] as number)) at++;
    this.contentStart = from;
    this.contentEnd = at;
    attributes.length = 0;
    for (;;) {
      while (at < length && (isSpace(bytes[at] as number) || bytes[at] === slash)) at++;
      if (at >= length) return this.#unfinished("raw");
      if (bytes[at] === greater) break;
      at = this.#attribute(at);
    }
    this.selfClosing = bytes[at - 1] === slash && (attributes.at(-1) ?? this.contentEnd) < at;
    return this.#to(kind, at + 1);
  }

  /** Gives where it ends. */
  #attribute(from: number): number {
    const { bytes } = this;
    const { length } = bytes;
    let at = from + 1;
    while (at < length && !endsName(bytes[at] as number) && bytes[at] !== equals) at++;
    const nameEnd = at;
    while (at < length && isSpace(bytes[at] as number)) at++;
    if (bytes[at] !== equals) {
      this.attributes.push(from, nameEnd, nameEnd, nameEnd, nameEnd);
      return nameEnd;
    }
    at++;
    while (at < length && isSpace(bytes[at] as number)) at++;
    const mark = bytes[at];
    if (mark === quote || mark === apostrophe) {
      const close = bytes.indexOf(mark, at + 1);
      const end = close < 0 ? length : close;
      this.attributes.push(from, nameEnd, at + 1, end, Math.min(end + 1, length));
      return end + 1;
    }
    const start = at;
    while (at < length && !isSpace(bytes[at] as number) && bytes[at] !== greater) at++;
    this.attributes.push(from, nameEnd, start, at, at);
    return at;
  }
}

/** Where the text of a comment ends that ends with the ">" at `close`; undefined if it does not. */
function commentEnd(bytes: Uint8Array, from: number, close: number): number | undefined {
  const before = close - from;
  if (before === 0 || (before === 1 && bytes[from] === dash)) return from;
  if (before < 2) return undefined;
  if (bytes[close - 1] === dash && bytes[close - 2] === dash) return close - 2;
  const isBang = before >= 3 && bytes[close - 1] === exclamation;
  return isBang && bytes[close - 2] === dash && bytes[close - 3] === dash ? close - 3 : undefined;
}

/** The length of a comment's text that is cut off, which may be in the middle of "--!>". */
function withoutBegunEnd(text: Uint8Array): number {
  let { length } = text;
  if (text[length - 1] === exclamation && text[length - 2] === dash && text[length - 3] === dash) return length - 3;
  for (let dashes = 0; dashes < 2 && text[length - 1] === dash; dashes++) length--;
  return length;
}

function isEndTag(bytes: Uint8Array, at: number, name: string): boolean {
  const after = at + 2 + name.length;
  return bytes[at + 1] === slash && hasText(bytes, at + 2, name) && endsName(bytes[after] as number);
}

/** Where the end tag begins, or what may be one when more has come, or else the end of the bytes. */
function findEndTag(bytes: Uint8Array, from: number, name: string): number {
  const needed = 2 + name.length;
  for (let at = bytes.indexOf(less, from); at >= 0; at = bytes.indexOf(less, at + 1)) {
    if (at + needed >= bytes.length) {
      if (hasText(bytes.subarray(at), 0, `</${name}`.slice(0, bytes.length - at))) return at;
    } else if (isEndTag(bytes, at, name)) return at;
  }
  return bytes.length;
}
