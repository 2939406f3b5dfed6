import { defineInterface, toDomString } from "../webidl.ts";
import type { Mutations } from "./content.ts";
import { ContentToken, recordOf, TokenRecord } from "./content-token.ts";
import type { DocumentEncoding } from "./encoding.ts";

/** What an element's handlers want of its end tag. */
export interface AtEnd {
  mutations: Mutations | undefined;
  name: string | undefined;
  handler: ((tag: EndTag) => unknown) | undefined;
}

export class EndTagRecord extends TokenRecord {
  name: string;
  changed = false;

  constructor(encoding: DocumentEncoding, name: string) {
    super(encoding);
    this.name = name;
  }

  rename(name: string): void {
    this.name = name;
    this.changed = true;
  }

  /** Does what an element that it closes wants of it. If it closes several, the last one has its way. */
  handlerOf({ name, mutations, handler }: AtEnd): (tag: EndTag) => unknown {
    return (tag) => {
      if (name !== undefined) this.rename(name);
      if (mutations) this.mutations = mutations;
      return handler?.(tag);
    };
  }

  serialized(): Uint8Array | undefined {
    return this.changed ? this.encoding.encode(`</${this.name}>`) : undefined;
  }
}

export class EndTag extends ContentToken {
  get name(): string {
    return (recordOf(this) as EndTagRecord).name;
  }

  set name(value: unknown) {
    (recordOf(this) as EndTagRecord).rename(toTagName(value));
  }
}
defineInterface(EndTag, "EndTag", ["name", "removed"]);

/** Throws a TypeError for what would not be read as the name of a tag. */
export function toTagName(value: unknown): string {
  const name = toDomString(value);
  if (!/^[a-z]/i.test(name)) throw new TypeError("HTMLRewriter: the name of a tag begins with an ASCII letter");
  const [forbidden] = /[\s/>]/.exec(name) ?? [];
  if (forbidden !== undefined) throw new TypeError(`HTMLRewriter: ${JSON.stringify(forbidden)} in the name of a tag`);
  return name;
}
