import { defineInterface, requireArguments, toDomString } from "../webidl.ts";
import { type Attributes, toAttributeName } from "./attributes.ts";
import { joined } from "./bytes.ts";
import { Mutations, toContent } from "./content.ts";
import { ReplaceableToken, recordOf, TokenRecord } from "./content-token.ts";
import type { DocumentEncoding } from "./encoding.ts";
import { type AtEnd, type EndTag, toTagName } from "./end-tag.ts";
import { type Namespace, namespaceUris } from "./tree-context.ts";

export class ElementRecord extends TokenRecord {
  name: string;
  renamed = false;
  readonly namespace: Namespace;
  readonly attributes: Attributes;
  /** It is not void, nor closes itself. */
  readonly hasContent: boolean;
  contentRemoved = false;
  /** Its name as it stands in the document. */
  readonly #source: Uint8Array;
  readonly atEnd: AtEnd = { mutations: undefined, name: undefined, handler: undefined };

  constructor(
    encoding: DocumentEncoding,
    name: string,
    namespace: Namespace,
    attributes: Attributes,
    hasContent: boolean,
    source: Uint8Array,
  ) {
    super(encoding);
    this.name = name;
    this.namespace = namespace;
    this.attributes = attributes;
    this.hasContent = hasContent;
    this.#source = source;
  }

  /** Of its end tag. */
  get endMutations(): Mutations {
    this.atEnd.mutations ??= new Mutations();
    return this.atEnd.mutations;
  }

  get wantedAtEnd(): AtEnd | undefined {
    const { mutations, name, handler } = this.atEnd;
    return mutations || name !== undefined || handler ? this.atEnd : undefined;
  }

  /** With what was put into it before. */
  removeContent(): void {
    if (!this.hasContent) return;
    this.contentRemoved = true;
    this.mutations.after = [];
    this.endMutations.before.length = 0;
  }

  serialized(selfClosing: boolean): Uint8Array | undefined {
    if (!this.renamed && !this.attributes.changed) return undefined;
    const { encoding } = this;
    const name = this.renamed ? encoding.encode(this.name) : this.#source;
    const parts = [encoding.encode("<"), name, ...this.attributes.serialized()];
    return joined([...parts, encoding.encode(selfClosing ? " />" : ">")]);
  }
}

const elementOf = recordOf as (token: ReplaceableToken) => ElementRecord;

export class Element extends ReplaceableToken {
  get tagName(): string {
    return elementOf(this).name;
  }

  set tagName(value: unknown) {
    const record = elementOf(this);
    record.name = toTagName(value);
    record.renamed = true;
    record.atEnd.name = record.name;
  }

  get namespaceURI(): string {
    return namespaceUris[elementOf(this).namespace];
  }

  /** Names and values, in their order. */
  get attributes(): IterableIterator<[string, string]> {
    const all = elementOf(this).attributes.all();
    return all.map(({ name, value }): [string, string] => [name, value]).values();
  }

  getAttribute(name: unknown): string | null {
    requireArguments(arguments.length, 1, "getAttribute");
    return elementOf(this).attributes.get(toDomString(name).toLowerCase()) ?? null;
  }

  hasAttribute(name: unknown): boolean {
    requireArguments(arguments.length, 1, "hasAttribute");
    return elementOf(this).attributes.get(toDomString(name).toLowerCase()) !== undefined;
  }

  setAttribute(name: unknown, value: unknown): this {
    requireArguments(arguments.length, 2, "setAttribute");
    elementOf(this).attributes.set(toAttributeName(name), toDomString(value));
    return this;
  }

  removeAttribute(name: unknown): this {
    requireArguments(arguments.length, 1, "removeAttribute");
    elementOf(this).attributes.remove(toDomString(name).toLowerCase());
    return this;
  }

  override after(..._content: unknown[]): this {
    const record = elementOf(this);
    const mutations = record.hasContent ? record.endMutations : record.mutations;
    mutations.addAfter(toContent(record.encoding, "after", arguments));
    return this;
  }

  prepend(..._content: unknown[]): this {
    const record = elementOf(this);
    const content = toContent(record.encoding, "prepend", arguments);
    if (record.hasContent) record.mutations.addAfter(content);
    return this;
  }

  append(..._content: unknown[]): this {
    const record = elementOf(this);
    const content = toContent(record.encoding, "append", arguments);
    if (record.hasContent) record.endMutations.before.push(content);
    return this;
  }

  setInnerContent(..._content: unknown[]): this {
    const record = elementOf(this);
    const content = toContent(record.encoding, "setInnerContent", arguments);
    record.removeContent();
    if (record.hasContent) record.mutations.addAfter(content);
    return this;
  }

  override replace(..._content: unknown[]): this {
    const record = elementOf(this);
    const content = toContent(record.encoding, "replace", arguments);
    this.remove();
    record.mutations.replace(content);
    return this;
  }

  override remove(): this {
    elementOf(this).removeContent();
    return this.removeAndKeepContent();
  }

  removeAndKeepContent(): this {
    const record = elementOf(this);
    record.mutations.removed = true;
    if (record.hasContent) record.endMutations.removed = true;
    return this;
  }

  /** Runs it when the end tag comes, which it may never do. The last one that is given counts, as in Workers. */
  onEndTag(handler: (tag: EndTag) => unknown): void {
    const record = elementOf(this);
    if (typeof handler !== "function") throw new TypeError("onEndTag: a function is required");
    if (!record.hasContent) throw new TypeError(`onEndTag: <${record.name}> has no end tag`);
    record.atEnd.handler = handler;
  }
}
defineInterface(Element, "Element", ["tagName", "attributes", "removed", "namespaceURI"]);
