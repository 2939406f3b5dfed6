import { toDomString } from "../webidl.ts";
import type { DocumentEncoding } from "./encoding.ts";
import type { Tokenizer } from "./tokenizer.ts";

interface Attribute {
  readonly name: string;
  value: string;
  /** As it stands in the document; undefined for one that was set. */
  source: Uint8Array | undefined;
}

/** Offsets of an attribute in `Tokenizer.attributes`. */
const width = 5;

/** The attributes of a start tag, which are read when somebody asks for one. */
export class Attributes {
  readonly #encoding: DocumentEncoding;
  readonly #tokenizer: Tokenizer;
  #read: Attribute[] | undefined;
  changed = false;

  constructor(encoding: DocumentEncoding, tokenizer: Tokenizer) {
    this.#encoding = encoding;
    this.#tokenizer = tokenizer;
  }

  /** Of several of the same name, the first. */
  get(name: string): string | undefined {
    if (!this.#read && this.#tokenizer.attributes.length === 0) return undefined;
    return this.all().find((attribute) => attribute.name === name)?.value;
  }

  set(name: string, value: string): void {
    this.changed = true;
    const found = this.all().find((attribute) => attribute.name === name);
    if (!found) {
      this.all().push({ name, value, source: undefined });
      return;
    }
    found.value = value;
    found.source = undefined;
  }

  remove(name: string): void {
    const all = this.all();
    const others = all.filter((attribute) => attribute.name !== name);
    if (others.length === all.length) return;
    this.#read = others;
    this.changed = true;
  }

  all(): Attribute[] {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  /** Each with a space before it. */
  serialized(): Uint8Array[] {
    return this.all().flatMap(({ name, value, source }) => [
      this.#encoding.encode(" "),
      source ?? this.#encoding.encode(`${name}="${value.replaceAll('"', "&quot;")}"`),
    ]);
  }

  #readAll(): Attribute[] {
    const { bytes, attributes: at } = this.#tokenizer;
    const read: Attribute[] = [];
    for (let i = 0; i < at.length; i += width) {
      const [from, nameEnd, start, end, to] = at.slice(i, i + width) as [number, number, number, number, number];
      read.push({
        name: this.#encoding.name(bytes, from, nameEnd),
        value: this.#encoding.decode(bytes, start, end),
        source: bytes.subarray(from, to),
      });
    }
    return read;
  }
}

/** In lower case. Throws a TypeError for what would not be read as the name of an attribute. */
export function toAttributeName(value: unknown): string {
  const name = toDomString(value);
  if (name === "") throw new TypeError("HTMLRewriter: the name of an attribute is empty");
  const [forbidden] = /[\s/>=]/.exec(name) ?? [];
  if (forbidden !== undefined) {
    throw new TypeError(`HTMLRewriter: ${JSON.stringify(forbidden)} in the name of an attribute`);
  }
  return name.toLowerCase();
}
