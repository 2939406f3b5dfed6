import { createHash } from "node:crypto";
import type { Bundle, BundleModule, ModuleType, Program } from "./deployment.ts";
import { defaultLimits, type LimitName, type Limits } from "./limits.ts";

/*
 * A bundle as bytes, the same bytes for the same content whatever order it was given in. All
 * integers are little-endian; a text is its UTF-8 length (u32) and its bytes.
 *
 *   "ISLB" · format u8 · main text · in format 3: handler text · in format 4: program text (JSON) · the limits as f64 · count u32, {name text, value text} by name
 *   · count u32, {name text, type u8, length u32} by name · the modules' bytes in that order
 *
 * Whatever changes here or in `limitOrder` needs a new format number: version ids are hashes of it. Format 3 is
 * only for bundles with a handler and format 4 for those with a program, and 5, 6 and 7 are 2, 3 and 4 for bundles
 * with a limit on requests, so that the ids of all others stay what they were.
 */
const magic = 0x424c5349;
const format = 2;
const handlerFormat = 3;
const programFormat = 4;
/** What is added to the number of a format for limits on requests. */
const withRequestLimits = 3;
const moduleTypes: readonly ModuleType[] = ["esm", "wasm", "text", "json", "data"];
const limitOrder: readonly LimitName[] = [
  ...["memoryMb", "cpuMs", "startupMs", "wallMs", "requestBodyBytes"],
  ...["subrequests", "subrequestsInFlight", "logBytes", "timers", "responseHeaderBytes", "waitUntil"],
  ...["requestsInFlight", "requestsPerSecond", "requestBurst"],
] as LimitName[];
const withoutRequestLimits = 11;
/** How many of them each format has: stores keep bundles that earlier versions of Islet wrote. */
const limitCounts: Readonly<Record<number, number>> = {
  1: 5,
  ...Object.fromEntries([format, handlerFormat, programFormat].map((number) => [number, withoutRequestLimits])),
  ...Object.fromEntries(
    [format, handlerFormat, programFormat].map((number) => [number + withRequestLimits, limitOrder.length]),
  ),
};

const encoder = new TextEncoder();
// Fatal, and with the byte order mark kept, so that decoding loses nothing.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws Error when a text is not well-formed Unicode or two modules have the same name. */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const modules = bundle.modules.toSorted((a, b) => compare(a.name, b.name));
  const env = Object.entries(bundle.env).sort(([a], [b]) => compare(a, b));
  const head = new Writer();
  head.u32(magic);
  const bundleFormat = formatOf(bundle);
  head.u8(bundleFormat);
  head.text(bundle.main);
  if (bundle.program !== undefined) head.text(sortedJson(bundle.program));
  else if (bundle.handler !== undefined) head.text(bundle.handler);
  for (const name of limitOrder.slice(0, limitCounts[bundleFormat])) head.f64(bundle.limits[name]);
  head.u32(env.length);
  for (const [name, value] of env) {
    head.text(name);
    head.text(value);
  }
  head.u32(modules.length);
  for (const [index, module] of modules.entries()) {
    if (module.name === modules[index - 1]?.name) throw new Error(`bundle: module ${module.name} is there twice`);
    head.text(module.name);
    head.u8(moduleTypes.indexOf(module.type));
    head.u32(module.bytes.length);
  }
  for (const module of modules) head.bytes(module.bytes);
  return head.whole();
}

/**
 * The modules' bytes are views of `bytes`, not copies.
 * @throws Error when `bytes` are not what `encodeBundle` writes.
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const reader = new Reader(bytes);
  if (reader.u32() !== magic) throw new Error("bundle: not a bundle");
  const found = reader.u8();
  const limitCount = limitCounts[found];
  if (limitCount === undefined) throw new Error(`bundle: format ${found} is unknown`);
  const main = reader.text();
  const kind = found > programFormat ? found - withRequestLimits : found;
  const handler = kind === handlerFormat ? reader.text() : undefined;
  const program = kind === programFormat ? (JSON.parse(reader.text()) as Program) : undefined;
  const limits = readLimits(reader, limitCount);
  const env = readEnv(reader);
  const entries = readModuleTable(reader);
  const modules: BundleModule[] = entries.map(({ name, type, length }) => ({
    name,
    type,
    bytes: reader.bytes(length),
  }));
  if (!reader.atEnd()) throw new Error("bundle: bytes are left over");
  if (!program && !entries.some((entry) => entry.name === main)) throw new Error("bundle: the main module is missing");
  return { main, ...(handler !== undefined && { handler }), ...(program && { program }), modules, env, limits };
}

/** The bundle of `encoded`, for isolates that are held to other limits than it was uploaded with. */
export function withLimits(encoded: Uint8Array, limits: Limits): Uint8Array {
  return encodeBundle({ ...decodeBundle(encoded), limits });
}

function formatOf({ handler, program, limits }: Bundle): number {
  const kind = program ? programFormat : handler === undefined ? format : handlerFormat;
  const limited = limitOrder.slice(withoutRequestLimits).some((name) => limits[name] !== defaultLimits[name]);
  return limited ? kind + withRequestLimits : kind;
}

/** The same text for the same content, whatever order it was written in. */
function sortedJson(value: object): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => compare(a, b)))
      : part,
  );
}

/** SHA-256 in hexadecimal of what `encodeBundle` gave. */
export function versionId(encoded: Uint8Array): string {
  return createHash("sha256").update(encoded).digest("hex");
}

function readLimits(reader: Reader, count: number): Limits {
  const read = limitOrder.slice(0, count).map((name) => [name, reader.amount()]);
  return { ...defaultLimits, ...Object.fromEntries(read) };
}

function readEnv(reader: Reader): Record<string, string> {
  const entries: [string, string][] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.text();
    requireOrder(entries.at(-1)?.[0], name);
    entries.push([name, reader.text()]);
  }
  return Object.fromEntries(entries);
}

function readModuleTable(reader: Reader): { name: string; type: ModuleType; length: number }[] {
  const entries: { name: string; type: ModuleType; length: number }[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.text();
    requireOrder(entries.at(-1)?.name, name);
    const type = moduleTypes[reader.u8()];
    if (type === undefined) throw new Error("bundle: a module's type is unknown");
    entries.push({ name, type, length: reader.u32() });
  }
  return entries;
}

function requireOrder(before: string | undefined, name: string): void {
  if (before !== undefined && compare(before, name) >= 0) throw new Error("bundle: names are out of order");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class Writer {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): void {
    this.#parts.push(Uint8Array.of(value));
  }

  u32(value: number): void {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, true);
    this.#parts.push(part);
  }

  f64(value: number): void {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setFloat64(0, value, true);
    this.#parts.push(part);
  }

  text(value: string): void {
    if (!value.isWellFormed()) throw new Error("bundle: a text has a lone surrogate");
    const part = encoder.encode(value);
    this.u32(part.length);
    this.#parts.push(part);
  }

  bytes(value: Uint8Array): void {
    this.#parts.push(value);
  }

  whole(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  amount(): number {
    const value = this.#view.getFloat64(this.#advance(8), true);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error("bundle: a limit is not a whole number");
    return value;
  }

  text(): string {
    return decoder.decode(this.bytes(this.u32()));
  }

  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The place before the step. */
  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new Error("bundle: ends too early");
    this.#at = start + length;
    return start;
  }
}
