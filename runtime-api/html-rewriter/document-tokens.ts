import { defineInterface } from "../webidl.ts";
import { toContent } from "./content.ts";
import { ContentToken, recordOf, TokenRecord } from "./content-token.ts";
import type { DocumentEncoding } from "./encoding.ts";

/** What a document has once: a doctype, and an end. */

export class DoctypeRecord extends TokenRecord {
  readonly name: string | null;
  readonly publicId: string | null;
  readonly systemId: string | null;

  constructor(encoding: DocumentEncoding, source: string) {
    super(encoding);
    const [, name, publicId, systemAfter, systemId] = doctypeSyntax.exec(source) ?? [];
    this.name = name ? name.toLowerCase() : null;
    this.publicId = unquoted(publicId);
    this.systemId = unquoted(systemAfter ?? systemId);
  }
}

const quoted = `("[^">]*"?|'[^'>]*'?)`;
const doctypeSyntax = new RegExp(
  `^<!doctype\\s*([^\\s>]*)\\s*(?:public\\s*${quoted}\\s*${quoted}?|system\\s*${quoted})?`,
  "i",
);

function unquoted(text: string | undefined): string | null {
  return text === undefined ? null : text.slice(1).replace(/["']$/, "");
}

export class Doctype {
  readonly #token: ContentToken;

  constructor(record: DoctypeRecord) {
    this.#token = new ContentToken(record);
  }

  get name(): string | null {
    return (recordOf(this.#token) as DoctypeRecord).name;
  }

  get publicId(): string | null {
    return (recordOf(this.#token) as DoctypeRecord).publicId;
  }

  get systemId(): string | null {
    return (recordOf(this.#token) as DoctypeRecord).systemId;
  }
}
defineInterface(Doctype, "Doctype", ["name", "publicId", "systemId"]);

export class DocumentEnd {
  readonly #token: ContentToken;

  constructor(record: TokenRecord) {
    this.#token = new ContentToken(record);
  }

  append(..._content: unknown[]): this {
    const { mutations, encoding } = recordOf(this.#token);
    mutations.before.push(toContent(encoding, "append", arguments));
    return this;
  }
}
defineInterface(DocumentEnd, "DocumentEnd");
