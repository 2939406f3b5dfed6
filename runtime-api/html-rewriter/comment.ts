import { defineInterface, toDomString } from "../webidl.ts";
import { ReplaceableToken, recordOf, TokenRecord } from "./content-token.ts";
import type { DocumentEncoding } from "./encoding.ts";

export class CommentRecord extends TokenRecord {
  text: string;
  changed = false;

  constructor(encoding: DocumentEncoding, text: string) {
    super(encoding);
    this.text = text;
  }

  serialized(): Uint8Array | undefined {
    return this.changed ? this.encoding.encode(`<!--${this.text}-->`) : undefined;
  }
}

export class Comment extends ReplaceableToken {
  get text(): string {
    return (recordOf(this) as CommentRecord).text;
  }

  set text(value: unknown) {
    const record = recordOf(this) as CommentRecord;
    const text = toDomString(value);
    if (/-->|--!>|^-?>/.test(text)) throw new TypeError("Comment: the text would end the comment");
    record.text = text;
    record.changed = true;
  }
}
defineInterface(Comment, "Comment", ["text", "removed"]);
