import { defineInterface } from "../webidl.ts";
import { Mutations, toContent } from "./content.ts";
import type { DocumentEncoding } from "./encoding.ts";

/** What a token's handlers see and change, and what whoever calls them writes in its place. */
export class TokenRecord {
  readonly encoding: DocumentEncoding;
  /** Handlers may change it while they run, and no longer. */
  alive = true;
  mutations = new Mutations();

  constructor(encoding: DocumentEncoding) {
    this.encoding = encoding;
  }
}

/** A part of a document with something before and after it. */
export class ContentToken {
  readonly #record: TokenRecord;

  constructor(record: TokenRecord) {
    if (!(record instanceof TokenRecord)) throw new TypeError("Illegal constructor");
    this.#record = record;
  }

  /** Trusted. Throws a TypeError when its handlers have ended. */
  static recordOf(token: ContentToken): TokenRecord {
    const record = token.#record;
    if (record.alive) return record;
    throw new TypeError(
      "This content token is no longer valid. Content tokens are only valid during the execution of the relevant content handler.",
    );
  }

  get removed(): boolean {
    return recordOf(this).mutations.removed;
  }

  before(..._content: unknown[]): this {
    const { mutations, encoding } = recordOf(this);
    mutations.before.push(toContent(encoding, "before", arguments));
    return this;
  }

  after(..._content: unknown[]): this {
    const { mutations, encoding } = recordOf(this);
    mutations.addAfter(toContent(encoding, "after", arguments));
    return this;
  }

  remove(): this {
    recordOf(this).mutations.removed = true;
    return this;
  }
}

export const { recordOf } = ContentToken;
Reflect.deleteProperty(ContentToken, "recordOf");
defineInterface(ContentToken, "ContentToken");

/** One that something else can stand for. */
export class ReplaceableToken extends ContentToken {
  replace(..._content: unknown[]): this {
    const { mutations, encoding } = recordOf(this);
    mutations.replace(toContent(encoding, "replace", arguments));
    return this;
  }
}
defineInterface(ReplaceableToken, "ReplaceableToken");
