import { pairIterators } from "../pair-iterator.ts";
import { defineInterface, requireArguments, toUsvString } from "../webidl.ts";
import { type Blob, blobBytes, File, fillBlob, isBlob, isFile } from "./blob.ts";

export type FormDataValue = string | File;
export type FormDataEntry = readonly [name: string, value: FormDataValue];

const iterate = pairIterators<FormDataValue>("FormData");

export class FormData {
  #entries: FormDataEntry[] = [];

  constructor(form?: undefined) {
    if (form !== undefined) throw new TypeError("FormData: there are no form elements here");
  }

  static entriesOf(form: FormData): readonly FormDataEntry[] {
    return form.#entries;
  }

  static isFormData(value: unknown): value is FormData {
    return typeof value === "object" && value !== null && #entries in value;
  }

  append(name: unknown, value: unknown, filename?: unknown): void {
    requireArguments(arguments.length, 2, "append");
    this.#entries.push(toEntry(name, value, filename, arguments.length > 2));
  }

  delete(name: unknown): void {
    requireArguments(arguments.length, 1, "delete");
    const key = toUsvString(name);
    this.#entries = this.#entries.filter((entry) => entry[0] !== key);
  }

  get(name: unknown): FormDataValue | null {
    requireArguments(arguments.length, 1, "get");
    const key = toUsvString(name);
    return this.#entries.find((entry) => entry[0] === key)?.[1] ?? null;
  }

  getAll(name: unknown): FormDataValue[] {
    requireArguments(arguments.length, 1, "getAll");
    const key = toUsvString(name);
    return this.#entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  has(name: unknown): boolean {
    requireArguments(arguments.length, 1, "has");
    const key = toUsvString(name);
    return this.#entries.some((entry) => entry[0] === key);
  }

  set(name: unknown, value: unknown, filename?: unknown): void {
    requireArguments(arguments.length, 2, "set");
    const entry = toEntry(name, value, filename, arguments.length > 2);
    const first = this.#entries.findIndex((it) => it[0] === entry[0]);
    if (first < 0) this.#entries.push(entry);
    else this.#entries = this.#entries.flatMap((it, at) => (at === first ? [entry] : it[0] === entry[0] ? [] : [it]));
  }

  forEach(callback: (value: FormDataValue, name: string, form: FormData) => void, thisArg?: unknown): void {
    requireArguments(arguments.length, 1, "forEach");
    if (typeof callback !== "function") throw new TypeError("forEach: a function is required");
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  entries(): IterableIterator<FormDataEntry> {
    return iterate("entries", this.#read());
  }

  keys(): IterableIterator<string> {
    return iterate("keys", this.#read());
  }

  values(): IterableIterator<FormDataValue> {
    return iterate("values", this.#read());
  }

  declare [Symbol.iterator]: () => IterableIterator<FormDataEntry>;

  #read(): () => readonly FormDataEntry[] {
    // Throws now for an object that is not a FormData, not at the first step.
    void this.#entries;
    return () => this.#entries;
  }
}

/** Trusted ways in; taken off the class before tenant code sees it. */
export const { entriesOf: formDataEntries, isFormData } = FormData;
for (const name of ["entriesOf", "isFormData"]) Reflect.deleteProperty(FormData, name);
Object.defineProperty(FormData.prototype, Symbol.iterator, {
  value: FormData.prototype.entries,
  writable: true,
  configurable: true,
});
defineInterface(FormData, "FormData");

function toEntry(name: unknown, value: unknown, filename: unknown, hasFilename: boolean): FormDataEntry {
  const key = toUsvString(name);
  if (isBlob(value)) return [key, toFile(value, hasFilename ? toUsvString(filename) : undefined)];
  if (hasFilename) throw new TypeError("FormData: a file name is only for a Blob");
  return [key, toUsvString(value)];
}

function toFile(blob: Blob, filename: string | undefined): File {
  if (isFile(blob) && filename === undefined) return blob;
  const options = isFile(blob) ? { type: blob.type, lastModified: blob.lastModified } : { type: blob.type };
  return fillBlob(new File([], filename ?? "blob", options), blobBytes(blob));
}
