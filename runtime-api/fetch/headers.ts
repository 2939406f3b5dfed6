import { pairIterators } from "../pair-iterator.ts";
import { defineInterface, requireArguments, toDomString } from "../webidl.ts";
import { headerName, headerValue } from "./header-syntax.ts";

export type HeadersInit = Headers | Iterable<Iterable<string>> | Readonly<Record<string, string>>;

const { ownKeys, getOwnPropertyDescriptor } = Reflect;
const iterate = pairIterators<string>("Headers");

function toList(raw: string): string[] {
  if (raw === "") return [];
  const list = raw.split("\n");
  for (let i = 0; i < list.length; i += 2) list[i] = (list[i] as string).toLowerCase();
  return list;
}

export class Headers {
  /** As it came over the bridge, until somebody asks for more. */
  #raw: string | undefined;
  /** Lower-case names and values in turn, in order of arrival. */
  #list: string[] = [];
  #immutable = false;
  /** Sorted and combined, while nothing changes. */
  #sorted: [string, string][] | undefined;

  constructor(init: HeadersInit | undefined = undefined) {
    if (init !== undefined) this.#fill(init);
  }

  /** Trusted: headers that came over the bridge. Nobody may change them. */
  static received(raw: string): Headers {
    const headers = new Headers();
    headers.#raw = raw;
    headers.#immutable = true;
    return headers;
  }

  /** Trusted: a copy that may be changed. */
  static copy(from: Headers): Headers {
    const headers = new Headers();
    if (from.#raw === undefined) headers.#list = from.#list.slice();
    else headers.#raw = from.#raw;
    return headers;
  }

  /** Trusted: the form in which headers cross the bridge. */
  static serialize(headers: Headers): string {
    return headers.#raw ?? headers.#list.join("\n");
  }

  /** Trusted: nobody may change these headers from now on. */
  static freeze(headers: Headers): Headers {
    headers.#immutable = true;
    return headers;
  }

  append(name: string, value: string): void {
    requireArguments(arguments.length, 2, "Headers.append");
    const key = headerName(toDomString(name));
    const text = headerValue(key, toDomString(value));
    this.#change().push(key, text);
  }

  delete(name: string): void {
    requireArguments(arguments.length, 1, "Headers.delete");
    const key = headerName(toDomString(name));
    this.#remove(this.#change(), key, 0);
  }

  get(name: string): string | null {
    requireArguments(arguments.length, 1, "Headers.get");
    const key = headerName(toDomString(name));
    const list = this.#read();
    let found: string | null = null;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === key) found = found === null ? (list[i + 1] as string) : `${found}, ${list[i + 1]}`;
    }
    return found;
  }

  getSetCookie(): string[] {
    const list = this.#read();
    return list.filter((_, i) => i % 2 === 1 && list[i - 1] === "set-cookie");
  }

  has(name: string): boolean {
    requireArguments(arguments.length, 1, "Headers.has");
    const key = headerName(toDomString(name));
    const list = this.#read();
    for (let i = 0; i < list.length; i += 2) if (list[i] === key) return true;
    return false;
  }

  set(name: string, value: string): void {
    requireArguments(arguments.length, 2, "Headers.set");
    const key = headerName(toDomString(name));
    const text = headerValue(key, toDomString(value));
    const list = this.#change();
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] !== key) continue;
      list[i + 1] = text;
      this.#remove(list, key, i + 2);
      return;
    }
    list.push(key, text);
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg: unknown = undefined): void {
    requireArguments(arguments.length, 1, "Headers.forEach");
    if (typeof callback !== "function") throw new TypeError("Headers.forEach: a function is required");
    for (let i = 0; ; i++) {
      const pair = this.#pairs()[i];
      if (!pair) return;
      Reflect.apply(callback, thisArg, [pair[1], pair[0], this]);
    }
  }

  entries(): IterableIterator<[string, string]> {
    this.#read();
    return iterate("entries", () => this.#pairs());
  }

  keys(): IterableIterator<string> {
    this.#read();
    return iterate("keys", () => this.#pairs());
  }

  values(): IterableIterator<string> {
    this.#read();
    return iterate("values", () => this.#pairs());
  }

  declare [Symbol.iterator]: () => IterableIterator<[string, string]>;

  #read(): string[] {
    if (this.#raw !== undefined) {
      this.#list = toList(this.#raw);
      this.#raw = undefined;
    }
    return this.#list;
  }

  #change(): string[] {
    if (this.#immutable) throw new TypeError("Headers: these headers cannot be changed; copy them with new Headers(…)");
    this.#sorted = undefined;
    return this.#read();
  }

  #remove(list: string[], key: string, from: number): void {
    let kept = from;
    for (let i = from; i < list.length; i += 2) {
      if (list[i] === key) continue;
      list[kept++] = list[i] as string;
      list[kept++] = list[i + 1] as string;
    }
    list.length = kept;
  }

  /** Sorted by name and combined, but each Set-Cookie by itself. */
  #pairs(): [string, string][] {
    if (this.#sorted) return this.#sorted;
    const list = this.#read();
    const combined = new Map<string, [string, string]>();
    const cookies: [string, string][] = [];
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] as string;
      const value = list[i + 1] as string;
      if (name === "set-cookie") {
        cookies.push([name, value]);
        continue;
      }
      const known = combined.get(name);
      if (known) known[1] += `, ${value}`;
      else combined.set(name, [name, value]);
    }
    // The sort is stable, so cookies keep their order.
    this.#sorted = [...combined.values(), ...cookies].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return this.#sorted;
  }

  #fill(init: unknown): void {
    if (typeof init !== "object" && typeof init !== "function") throw notHeaders();
    if (init === null) throw notHeaders();
    const iterator = (init as Partial<Iterable<unknown>>)[Symbol.iterator];
    if (iterator === originalIterator && #list in init) {
      this.#list = (init as Headers).#read().slice();
    } else if (iterator === undefined || iterator === null) this.#fillFromRecord(init as Record<string, unknown>);
    else this.#fillFromSequence(init as Iterable<unknown>);
  }

  #fillFromSequence(sequence: Iterable<unknown>): void {
    for (const item of sequence) {
      if (typeof item !== "object" && typeof item !== "function") throw notHeaders();
      const pair = [...(item as Iterable<string>)];
      if (pair.length !== 2) throw new TypeError("Headers: each item must be a name and a value");
      this.append(pair[0] as string, pair[1] as string);
    }
  }

  #fillFromRecord(record: Record<string, unknown>): void {
    for (const key of ownKeys(record)) {
      if (!getOwnPropertyDescriptor(record, key)?.enumerable) continue;
      if (typeof key === "symbol") throw new TypeError("Headers: a symbol cannot be a header's name");
      const name = headerName(key);
      this.#list.push(name, headerValue(name, toDomString(record[key])));
    }
  }
}

function notHeaders(): TypeError {
  return new TypeError("Headers: a Headers object, a sequence of pairs or a record is required");
}

export const {
  received: receivedHeaders,
  copy: copyHeaders,
  serialize: serializeHeaders,
  freeze: freezeHeaders,
} = Headers;
for (const name of ["received", "copy", "serialize", "freeze"]) Reflect.deleteProperty(Headers, name);
defineInterface(Headers, "Headers");

const originalIterator = Headers.prototype.entries;
Object.defineProperty(Headers.prototype, Symbol.iterator, {
  value: originalIterator,
  writable: true,
  configurable: true,
});
