import { asyncContext, inFrame } from "../async-context/frame.ts";
import { Attributes } from "./attributes.ts";
import { Comment, CommentRecord } from "./comment.ts";
import type { Content } from "./content.ts";
import { TokenRecord } from "./content-token.ts";
import { Doctype, DoctypeRecord, DocumentEnd } from "./document-tokens.ts";
import { Element, ElementRecord } from "./element.ts";
import type { DocumentEncoding } from "./encoding.ts";
import { EndTag, EndTagRecord } from "./end-tag.ts";
import { callInTurn, type DocumentHandlers, type ElementHandlers } from "./handlers.ts";
import { OpenElements } from "./open-elements.ts";
import { Output } from "./output.ts";
import { Text, TextRecord } from "./text.ts";
import { Tokenizer, type TokenKind } from "./tokenizer.ts";
import { TreeContext } from "./tree-context.ts";

type Waiting = Promise<unknown> | undefined;

const isGiven = <T>(handler: T | undefined): handler is T => handler !== undefined;
const nothing = new Uint8Array(0);

/** One document on its way through the handlers of an HTMLRewriter. */
export class Rewriting {
  /** Handlers run in the context of transform(), whoever reads. */
  readonly #frame = asyncContext.frame;
  readonly #encoding: DocumentEncoding;
  readonly #elements: readonly ElementHandlers[];
  readonly #documents: readonly DocumentHandlers[];
  readonly #tokenizer: Tokenizer;
  readonly #context = new TreeContext();
  readonly #open: OpenElements;
  readonly #output = new Output();
  /** By handler: in how many of its elements this place is. */
  readonly #within: number[];
  /** Text has come whose end has not. */
  #inText = false;
  #over = false;
  /** Anywhere in the document. */
  readonly #listens: { readonly text: boolean; readonly comments: boolean };

  constructor(
    encoding: DocumentEncoding,
    elements: readonly ElementHandlers[],
    documents: readonly DocumentHandlers[],
  ) {
    this.#encoding = encoding;
    this.#elements = elements;
    this.#documents = documents;
    this.#tokenizer = new Tokenizer(encoding);
    this.#open = new OpenElements(
      elements.map(({ selector }) => selector),
      elements.some(({ countsTypes }) => countsTypes),
    );
    this.#within = elements.map(() => 0);
    const listens = (kind: "text" | "comments") => [...elements, ...documents].some((handlers) => handlers[kind]);
    this.#listens = { text: listens("text"), comments: listens("comments") };
  }

  /** Runs the handlers of all that is whole by now. Throws, or rejects with, what they do. */
  write(chunk: Uint8Array): Waiting {
    if (!this.#tokenizer.write(chunk)) return undefined;
    this.#output.begin(this.#tokenizer.bytes);
    const waiting = this.#runUntilOneWaits();
    return waiting === undefined ? undefined : this.#runOn(waiting);
  }

  /** The same, for the rest. */
  finish(): Waiting {
    this.#tokenizer.finish();
    return this.write(nothing);
  }

  take(): Content[] {
    return this.#output.take();
  }

  async #runOn(first: Waiting): Promise<void> {
    for (let waiting = first; waiting; waiting = this.#runUntilOneWaits()) await waiting;
  }

  #runUntilOneWaits(): Waiting {
    return inFrame(this.#frame, this.#runTokens, this, []) as Waiting;
  }

  #runTokens(): Waiting {
    while (!this.#over) {
      const kind = this.#tokenizer.next();
      if (kind === "more") break;
      this.#over = kind === "over";
      const waiting = kind === "text" ? this.#text() : this.#endText(() => this.#markup(kind));
      if (waiting !== undefined) return waiting;
    }
    this.#output.pass(this.#tokenizer.end);
    return undefined;
  }

  #markup(kind: TokenKind): Waiting {
    switch (kind) {
      case "start":
        return this.#startTag();
      case "end":
        return this.#endTag();
      case "comment":
        return this.#comment();
      case "doctype":
        return this.#doctype();
      case "over":
        return this.#end();
      default:
        return undefined;
    }
  }

  #text(): Waiting {
    const { bytes, start, end } = this.#tokenizer;
    const handlers = this.#listening("text");
    if (handlers.length === 0) return undefined;
    this.#inText = true;
    const record = new TextRecord(this.#encoding, this.#encoding.decode(bytes, start, end), false);
    return call(handlers, record, new Text(record), () => this.#output.token(start, end, record.mutations));
  }

  /** What follows is no text: if there was some, its handlers hear that it is over. */
  #endText(then: () => Waiting): Waiting {
    if (!this.#inText) return then();
    this.#inText = false;
    const { start } = this.#tokenizer;
    const record = new TextRecord(this.#encoding, "", true);
    const ended = call(this.#listening("text"), record, new Text(record), () =>
      this.#output.token(start, start, record.mutations),
    );
    return ended === undefined ? then() : ended.then(then);
  }

  #startTag(): Waiting {
    const { bytes, contentStart, contentEnd, selfClosing, start, end } = this.#tokenizer;
    const name = this.#encoding.name(bytes, contentStart, contentEnd);
    const attributes = new Attributes(this.#encoding, this.#tokenizer);
    const context = this.#context;
    context.enter(name, selfClosing, attributes);
    const { hasContent } = context;
    this.#tokenizer.textMode = context.textMode;
    this.#tokenizer.cdata = context.namespace !== "html";
    const element = this.#open.match(name, attributes);
    if (hasContent) {
      this.#open.push(element);
      for (const handler of element.matched) this.#within[handler] = (this.#within[handler] as number) + 1;
    }
    if (element.matched.length === 0) return undefined;
    const handlers = element.matched.map((handler) => this.#elements[handler]?.element).filter(isGiven);
    if (handlers.length === 0) return undefined;
    const source = bytes.subarray(contentStart, contentEnd);
    const record = new ElementRecord(this.#encoding, name, context.elementNamespace, attributes, hasContent, source);
    return call(handlers, record, new Element(record), () => {
      this.#output.token(start, end, record.mutations, record.serialized(selfClosing));
      element.atEnd = record.wantedAtEnd;
      if (!record.contentRemoved) return;
      element.contentRemoved = true;
      this.#output.leaveOut();
    });
  }

  #endTag(): Waiting {
    const { bytes, contentStart, contentEnd, start, end } = this.#tokenizer;
    const name = this.#encoding.name(bytes, contentStart, contentEnd);
    this.#context.exit(name);
    this.#tokenizer.cdata = this.#context.namespace !== "html";
    const closed = this.#open.close(name);
    let isWanted = false;
    for (const { matched, contentRemoved, atEnd } of closed) {
      for (const handler of matched) this.#within[handler] = (this.#within[handler] as number) - 1;
      if (contentRemoved) this.#output.goOn(start);
      isWanted ||= atEnd !== undefined;
    }
    if (!isWanted) return undefined;
    const record = new EndTagRecord(this.#encoding, name);
    const handlers = closed.map(({ atEnd }) => atEnd && record.handlerOf(atEnd)).filter(isGiven);
    return call(handlers, record, new EndTag(record), () => {
      this.#output.token(start, end, record.mutations, record.serialized());
    });
  }

  #comment(): Waiting {
    const { bytes, contentStart, contentEnd, start, end } = this.#tokenizer;
    const handlers = this.#listening("comments");
    if (handlers.length === 0) return undefined;
    const record = new CommentRecord(this.#encoding, this.#encoding.decode(bytes, contentStart, contentEnd));
    return call(handlers, record, new Comment(record), () => {
      this.#output.token(start, end, record.mutations, record.serialized());
    });
  }

  #doctype(): Waiting {
    const { bytes, start, end } = this.#tokenizer;
    const handlers = this.#documents.map(({ doctype }) => doctype).filter(isGiven);
    if (handlers.length === 0) return undefined;
    const record = new DoctypeRecord(this.#encoding, this.#encoding.decode(bytes, start, end));
    return call(handlers, record, new Doctype(record), () => undefined);
  }

  #end(): Waiting {
    const { end } = this.#tokenizer;
    this.#output.pass(end);
    const handlers = this.#documents.map((handler) => handler.end).filter(isGiven);
    const record = new TokenRecord(this.#encoding);
    return call(handlers, record, new DocumentEnd(record), () => {
      this.#output.leaveOutNothing();
      this.#output.token(end, end, record.mutations);
    });
  }

  /** Handlers of this place: of the elements around it, and then of the document. */
  #listening<Kind extends "text" | "comments">(kind: Kind): NonNullable<ElementHandlers[Kind]>[] {
    if (!this.#listens[kind]) return [];
    const around = this.#elements.filter((_, i) => (this.#within[i] as number) > 0);
    return [...around, ...this.#documents].map((handlers) => handlers[kind]).filter(isGiven) as never;
  }
}

/** Runs handlers, and then what has to be done with what they did to the token. */
function call<Token>(
  handlers: readonly ((token: Token) => unknown)[],
  record: TokenRecord,
  token: Token,
  then: () => void,
): Waiting {
  const finish = (): void => {
    record.alive = false;
    then();
  };
  const waiting = callInTurn(handlers, token);
  if (waiting !== undefined) return waiting.then(finish);
  finish();
  return undefined;
}
