import { pairIterators } from "../pair-iterator.ts";
import { defineInterface, requireArguments, toUsvString } from "../webidl.ts";
import { parseForm, serializeForm } from "./form-urlencoded.ts";

export type SearchParamsInit = string | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
type Pair = [string, string];

const iterate = pairIterators<string>("URLSearchParams");

export class URLSearchParams {
  #pairs: Pair[];
  /** Told the new query whenever this list belongs to a URL and changes. */
  #onChange: ((query: string) => void) | undefined;

  constructor(init: SearchParamsInit = "") {
    this.#pairs = toPairs(init);
  }

  /** A list that writes its changes back to the URL it belongs to. */
  static of(query: string, onChange: (query: string) => void): URLSearchParams {
    const params = new URLSearchParams(query);
    params.#onChange = onChange;
    return params;
  }

  static reset(params: URLSearchParams, query: string): void {
    params.#pairs = parseForm(withoutQuestionMark(query));
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2, "append");
    this.#pairs.push([toUsvString(name), toUsvString(value)]);
    this.#changed();
  }

  delete(name: unknown, value?: unknown): void {
    requireArguments(arguments.length, 1, "delete");
    const wanted = matcher(name, value);
    this.#pairs = this.#pairs.filter((pair) => !wanted(pair));
    this.#changed();
  }

  get(name: unknown): string | null {
    requireArguments(arguments.length, 1, "get");
    return this.#pairs.find(matcher(name))?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    requireArguments(arguments.length, 1, "getAll");
    return this.#pairs.filter(matcher(name)).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    requireArguments(arguments.length, 1, "has");
    return this.#pairs.some(matcher(name, value));
  }

  set(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2, "set");
    const wanted = matcher(name);
    const pair: Pair = [toUsvString(name), toUsvString(value)];
    const first = this.#pairs.findIndex(wanted);
    if (first < 0) this.#pairs.push(pair);
    else this.#pairs = this.#pairs.flatMap((it, at) => (at === first ? [pair] : wanted(it) ? [] : [it]));
    this.#changed();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#changed();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, thisArg?: unknown): void {
    requireArguments(arguments.length, 1, "forEach");
    if (typeof callback !== "function") throw new TypeError("forEach: a function is required");
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  entries(): IterableIterator<Pair> {
    return iterate("entries", this.#read());
  }

  keys(): IterableIterator<string> {
    return iterate("keys", this.#read());
  }

  values(): IterableIterator<string> {
    return iterate("values", this.#read());
  }

  toString(): string {
    return serializeForm(this.#pairs);
  }

  declare [Symbol.iterator]: () => IterableIterator<Pair>;

  #read(): () => Pair[] {
    // Throws now for an object that is not a URLSearchParams, not at the first step.
    void this.#pairs;
    return () => this.#pairs;
  }

  #changed(): void {
    this.#onChange?.(serializeForm(this.#pairs));
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { of: searchParamsOf, reset: resetSearchParams } = URLSearchParams;
Reflect.deleteProperty(URLSearchParams, "of");
Reflect.deleteProperty(URLSearchParams, "reset");
Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
  value: URLSearchParams.prototype.entries,
  writable: true,
  configurable: true,
});
defineInterface(URLSearchParams, "URLSearchParams");

function matcher(name: unknown, value?: unknown): (pair: Pair) => boolean {
  const wanted = toUsvString(name);
  if (value === undefined) return ([key]) => key === wanted;
  const wantedValue = toUsvString(value);
  return ([key, held]) => key === wanted && held === wantedValue;
}

function withoutQuestionMark(query: string): string {
  return query.startsWith("?") ? query.slice(1) : query;
}

function toPairs(init: unknown): Pair[] {
  if (typeof init === "object" && init !== null) return objectToPairs(init);
  if (typeof init === "function") return objectToPairs(init);
  return parseForm(withoutQuestionMark(toUsvString(init)));
}

function objectToPairs(init: object): Pair[] {
  const method = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (method === undefined || method === null) return recordToPairs(init);
  if (typeof method !== "function") throw new TypeError("URLSearchParams: the argument's iterator is not a function");
  const pairs: Pair[] = [];
  for (const item of init as Iterable<Iterable<unknown>>) {
    if ((typeof item !== "object" && typeof item !== "function") || item === null) {
      throw new TypeError("URLSearchParams: each item must be a pair");
    }
    const parts = [...item].map(toUsvString);
    const [name, value] = parts;
    if (parts.length !== 2 || name === undefined || value === undefined) {
      throw new TypeError("URLSearchParams: each pair must have a name and a value");
    }
    pairs.push([name, value]);
  }
  return pairs;
}

function recordToPairs(record: object): Pair[] {
  const pairs = new Map<string, string>();
  for (const key of Reflect.ownKeys(record)) {
    if (!Reflect.getOwnPropertyDescriptor(record, key)?.enumerable) continue;
    pairs.set(toUsvString(key), toUsvString((record as Record<string | symbol, unknown>)[key]));
  }
  return [...pairs];
}
