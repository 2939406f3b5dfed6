import { incompleteTail } from "../encoding/incomplete.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { host } from "../host.ts";
import { crossable } from "../webidl.ts";
import { lowerAscii } from "./bytes.ts";

/** Encodings in which bytes below 0x80 may be parts of other characters, or mean others. */
const notLikeAscii = ["utf-16le", "utf-16be", "iso-2022-jp", "replacement"];

/** How a document's bytes are read, and what is put into it is written. */
export class DocumentEncoding {
  readonly #name: string;

  /** By its label, as a content type has it. Throws a TypeError for one that cannot be rewritten. */
  constructor(label: string) {
    const name = host.encodingName(label);
    if (name === undefined) throw new TypeError(`HTMLRewriter: the charset ${JSON.stringify(label)} is not known`);
    if (notLikeAscii.includes(name)) {
      throw new TypeError(`HTMLRewriter: the charset ${name} is not compatible with ASCII`);
    }
    this.#name = name;
  }

  decode(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length < 64) {
      let text = "";
      let at = start;
      for (; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (at === end) return text;
    }
    return host.decode(this.#name, false, true, crossable(bytes.subarray(start, end))) ?? "";
  }

  /** A name of a tag or an attribute: ASCII letters in lower case. */
  name(bytes: Uint8Array, start: number, end: number): string {
    const ascii = lowerAscii(bytes, start, end);
    return ascii ?? this.decode(bytes, start, end).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }

  /** Characters that the encoding may lack become references. */
  encode(text: string): Uint8Array {
    if (this.#name === "utf-8") return encodeUtf8(text);
    return encodeUtf8(text.toWellFormed().replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`));
  }

  /** How many bytes at the end may be the beginning of a character. */
  incomplete(bytes: Uint8Array, start: number, end: number): number {
    if ((bytes[end - 1] as number) < 0x80) return 0;
    return incompleteTail(this.#name, bytes.subarray(Math.max(start, end - 256), end));
  }
}
