import { parseMimeType } from "../fetch/mime-type.ts";
import { isResponse, Response } from "../fetch/response.ts";
import { defineInterface, requireArguments } from "../webidl.ts";
import { DocumentEncoding } from "./encoding.ts";
import { type DocumentHandlers, type ElementHandlers, toDocumentHandlers, toElementHandlers } from "./handlers.ts";
import { Rewriting } from "./rewriting.ts";
import { rewrittenStream } from "./rewritten-stream.ts";

/** Changes a document while it streams through, as Cloudflare Workers have it. */
export class HTMLRewriter {
  readonly #elements: ElementHandlers[] = [];
  readonly #documents: DocumentHandlers[] = [];

  /** Throws a TypeError for a selector that a stream cannot answer. */
  on(_selector: string, _handlers: object | null): this {
    this.#elements.push(toElementHandlers(arguments));
    return this;
  }

  onDocument(_handlers: object | null): this {
    this.#documents.push(toDocumentHandlers(arguments));
    return this;
  }

  /** Throws a TypeError when the body is used, or in an encoding that cannot be rewritten. */
  transform(response: Response): Response {
    requireArguments(arguments.length, 1, "HTMLRewriter.transform");
    if (!isResponse(response)) throw new TypeError("HTMLRewriter.transform: a Response is required");
    const { body, headers, status, statusText } = response;
    if (body === null) return response;
    const charset = parseMimeType(headers.get("content-type") ?? "")?.parameters.get("charset");
    const encoding = new DocumentEncoding(charset ?? "utf-8");
    const rewriting = new Rewriting(encoding, [...this.#elements], [...this.#documents]);
    const rewritten = new Response(rewrittenStream(body, rewriting), { headers, status, statusText });
    // Nobody knows yet how long it will be.
    rewritten.headers.delete("content-length");
    return rewritten;
  }
}
defineInterface(HTMLRewriter, "HTMLRewriter");
// Its arguments are read by others.
for (const [method, length] of [
  ["on", 2],
  ["onDocument", 1],
] as const) {
  Object.defineProperty(HTMLRewriter.prototype[method], "length", { value: length, configurable: true });
}
