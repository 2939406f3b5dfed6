import type { ReadableStream } from "web-streams-polyfill";
import { isResponse, type Response } from "../fetch/response.ts";
import { bodyStreamsModule } from "../lazy.ts";
import { requireArguments, toDictionary, toDomString } from "../webidl.ts";
import type { DocumentEncoding } from "./encoding.ts";

/** What a handler puts into a document. */
export type Content = Uint8Array | StreamedContent;

export interface StreamedContent {
  readonly stream: ReadableStream;
  readonly html: boolean;
}

export interface ContentOptions {
  /** False, as it is by default, escapes the content. */
  readonly html?: boolean;
}

const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => references[character] as string);
}

/** The same of a piece of text, as bytes of its own. */
export function escapeBytes(bytes: Uint8Array): Uint8Array {
  const escaped: number[] = [];
  for (const byte of bytes) {
    const reference = references[String.fromCharCode(byte)];
    if (reference === undefined) escaped.push(byte);
    else for (let i = 0; i < reference.length; i++) escaped.push(reference.charCodeAt(i));
  }
  return new Uint8Array(escaped);
}

/** The arguments of before(), after(), append() and the others. Throws a TypeError. */
export function toContent(encoding: DocumentEncoding, method: string, args: ArrayLike<unknown>): Content {
  requireArguments(args.length, 1, method);
  const [given, options] = args as unknown as [unknown, ContentOptions | undefined];
  const html = Boolean(toDictionary(options, method).html);
  if (isResponse(given)) {
    const { body } = given as Response;
    return body === null ? encoding.encode("") : { stream: body, html };
  }
  if (typeof given === "object" && given !== null && bodyStreamsModule().isReadableStream(given)) {
    return { stream: given, html };
  }
  const text = toDomString(given);
  return encoding.encode(html ? text : escapeText(text));
}

/** Changes around and of one token. */
export class Mutations {
  readonly before: Content[] = [];
  after: Content[] = [];
  replacement: Content | undefined;
  removed = false;

  /** What was put there last is nearest. */
  addAfter(content: Content): void {
    this.after.unshift(content);
  }

  replace(content: Content): void {
    this.replacement = content;
    this.removed = true;
  }
}
