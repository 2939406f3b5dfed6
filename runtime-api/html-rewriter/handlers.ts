import { requireArguments, toDomString } from "../webidl.ts";
import type { Comment } from "./comment.ts";
import type { Doctype, DocumentEnd } from "./document-tokens.ts";
import type { Element } from "./element.ts";
import { compileSelector, type Step } from "./selector.ts";
import type { Text } from "./text.ts";

type Handler<Token> = (token: Token) => unknown;

/** The methods of a tenant's object, bound to it. */
export interface ElementHandlers {
  readonly selector: readonly Step[];
  /** It asks for places among siblings of one name. */
  readonly countsTypes: boolean;
  readonly element: Handler<Element> | undefined;
  readonly comments: Handler<Comment> | undefined;
  readonly text: Handler<Text> | undefined;
}

export interface DocumentHandlers {
  readonly doctype: Handler<Doctype> | undefined;
  readonly comments: Handler<Comment> | undefined;
  readonly text: Handler<Text> | undefined;
  readonly end: Handler<DocumentEnd> | undefined;
}

/** Arguments of on(). Throws a TypeError. */
export function toElementHandlers(args: ArrayLike<unknown>): ElementHandlers {
  requireArguments(args.length, 2, "HTMLRewriter.on");
  const [selector, given] = args as unknown as [unknown, unknown];
  const handlers = toObject(given, "HTMLRewriter.on");
  const text = toDomString(selector);
  return {
    selector: compileSelector(text),
    countsTypes: /of-type/i.test(text),
    element: method(handlers, "element"),
    comments: method(handlers, "comments"),
    text: method(handlers, "text"),
  };
}

/** Arguments of onDocument(). Throws a TypeError. */
export function toDocumentHandlers(args: ArrayLike<unknown>): DocumentHandlers {
  requireArguments(args.length, 1, "HTMLRewriter.onDocument");
  const handlers = toObject(args[0], "HTMLRewriter.onDocument");
  return {
    doctype: method(handlers, "doctype"),
    comments: method(handlers, "comments"),
    text: method(handlers, "text"),
    end: method(handlers, "end"),
  };
}

function toObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (value === null) return {};
  if (typeof value === "object" || typeof value === "function") return value as Record<string, unknown>;
  throw new TypeError(`${where}: an object with handlers is required`);
}

function method<Token>(handlers: Readonly<Record<string, unknown>>, name: string): Handler<Token> | undefined {
  const handler = handlers[name];
  if (handler === undefined) return undefined;
  if (typeof handler !== "function") throw new TypeError(`HTMLRewriter: ${name} must be a function`);
  return (token) => Reflect.apply(handler, handlers, [token]);
}

/** Calls one after the other; gives a promise as soon as one does. */
export function callInTurn<Token>(
  handlers: readonly Handler<Token>[],
  token: Token,
  from = 0,
): Promise<unknown> | undefined {
  for (let i = from; i < handlers.length; i++) {
    const result = (handlers[i] as Handler<Token>)(token);
    if (isThenable(result)) return Promise.resolve(result).then(() => callInTurn(handlers, token, i + 1));
  }
  return undefined;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
