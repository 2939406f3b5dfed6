import { defineInterface } from "../webidl.ts";
import { ReplaceableToken, recordOf, TokenRecord } from "./content-token.ts";
import type { DocumentEncoding } from "./encoding.ts";

export class TextRecord extends TokenRecord {
  readonly text: string;
  readonly lastInTextNode: boolean;

  constructor(encoding: DocumentEncoding, text: string, lastInTextNode: boolean) {
    super(encoding);
    this.text = text;
    this.lastInTextNode = lastInTextNode;
  }
}

/** A piece of text, as it has come: after the last one there is an empty one which says so. */
export class Text extends ReplaceableToken {
  /** As it stands in the document: "&amp;" is not read. */
  get text(): string {
    return (recordOf(this) as TextRecord).text;
  }

  get lastInTextNode(): boolean {
    return (recordOf(this) as TextRecord).lastInTextNode;
  }
}
defineInterface(Text, "Text", ["text", "lastInTextNode", "removed"]);
