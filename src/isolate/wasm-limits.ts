import { wasmMemoryModule } from "../../runtime-api/ops.ts";
import { Malformed, WasmReader, writeU32 } from "./wasm-reader.ts";

/*
 * What a WebAssembly module may have of memory. V8 makes the memories that a module declares where
 * nothing can see or count them. So a module is rewritten: each memory of its own becomes an import,
 * the last of all, which keeps every index as it was; its maximum is what the isolate may have. The
 * runtime inside the isolate makes those memories itself and hides the imports
 * (runtime-api/wasm/modules.ts). Tables are within V8's heap, which has its limit.
 */

/** Memories that an isolate may have at once, as runtime-api/wasm/memories.ts counts them. */
const mostMemories = 16;
/** More is refused by V8 whatever its flags. */
const mostPages = 65_536;

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const customSection = 0;
const importSection = 2;
const memorySection = 5;
/** In the order that they must have: the sections for tags and for the count of data came later. */
const order = [1, importSection, 3, 4, memorySection, 13, 6, 7, 8, 9, 12, 10, 11];

const hasMaximum = 1;
const isShared = 2;
const has64Bits = 4;

/** A reason for which V8 would take the module and Islet does not. */
class Refusal extends Error {}

interface Section {
  readonly id: number;
  /** Where it begins, with its id and size. */
  readonly start: number;
  readonly content: WasmReader;
}

interface MemoryLimits {
  readonly initial: number;
  readonly maximum: number;
}

/**
 * The module as it may be compiled, where that is not `bytes` itself. True: `bytes` may be compiled
 * as they are. False: they are malformed, and V8 will say how. A text says why they are refused.
 */
export function limitWasm(bytes: Uint8Array, maxPages: number): Uint8Array | string | boolean {
  try {
    return rewrite(bytes, maxPages);
  } catch (error) {
    if (error instanceof Malformed) return false;
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function rewrite(bytes: Uint8Array, maxPages: number): Uint8Array | true {
  const sections = readSections(bytes);
  const imports = sections.find(({ id }) => id === importSection);
  const memory = sections.find(({ id }) => id === memorySection);
  const counted = imports && readImports(imports.content, maxPages);
  const memories = memory ? readMemories(memory.content, maxPages) : [];
  if (!memory || memories.length === 0) return true;

  const entries = imports ? bytes.subarray(counted?.entriesAt, imports.content.end) : new Uint8Array(0);
  const added = memories.flatMap(importOf);
  const content = [...writeU32((counted?.count ?? 0) + memories.length)];
  const size = writeU32(content.length + entries.length + added.length);
  // Without imports there are to be some: after the types, before all else.
  const next = sections.find(({ id }) => id !== customSection && order.indexOf(id) >= order.indexOf(importSection));
  const from = (imports ?? next ?? memory).start;
  return joined([
    bytes.subarray(0, from),
    [importSection, ...size, ...content],
    entries,
    added,
    bytes.subarray(imports?.content.end ?? from, memory.start),
    bytes.subarray(memory.content.end),
  ]);
}

/** In memory of its own: it crosses into the isolate with all of its buffer. */
function joined(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function readSections(bytes: Uint8Array): Section[] {
  const reader = new WasmReader(bytes, 0, bytes.length);
  for (const byte of header) if (reader.byte() !== byte) throw new Malformed("no module begins like this");
  const sections: Section[] = [];
  let last = -1;
  while (!reader.atEnd) {
    const start = reader.at;
    const id = reader.byte();
    const content = reader.part(reader.u32());
    if (id !== customSection) {
      const place = order.indexOf(id);
      if (place <= last) throw new Malformed("a section is unknown or in the wrong place");
      last = place;
    }
    sections.push({ id, start, content });
  }
  return sections;
}

/** How many imports there are, and where the first one begins. */
function readImports(reader: WasmReader, maxPages: number): { count: number; entriesAt: number } {
  const count = reader.u32();
  const entriesAt = reader.at;
  for (let i = 0; i < count; i++) {
    if (reader.name() === wasmMemoryModule) throw new Refusal(`imports from "${wasmMemoryModule}" are not possible`);
    reader.name();
    skipImported(reader, maxPages);
  }
  if (!reader.atEnd) throw new Malformed("the imports do not end where they should");
  return { count, entriesAt };
}

function skipImported(reader: WasmReader, maxPages: number): void {
  switch (reader.byte()) {
    case 0: // function: its type
      reader.u32();
      return;
    case 1: // table
      skipType(reader);
      skipTableLimits(reader);
      return;
    case 2: // A memory that is given to it was counted when it was made.
      readMemory(reader, maxPages);
      return;
    case 3: // global: its type, and whether it is mutable
      skipType(reader);
      reader.byte();
      return;
    case 4: // tag: an attribute and its type
      reader.byte();
      reader.u32();
      return;
    default:
      throw new Malformed("an import is of no known kind");
  }
}

function skipType(reader: WasmReader): void {
  const type = reader.byte();
  // References to a type of the module or of the heap name it.
  if (type === 0x63 || type === 0x64) reader.skipNumber();
}

function skipTableLimits(reader: WasmReader): void {
  const flags = reader.byte();
  reader.skipNumber();
  if (flags & hasMaximum) reader.skipNumber();
}

function readMemories(reader: WasmReader, maxPages: number): MemoryLimits[] {
  const count = reader.u32();
  const memories: MemoryLimits[] = [];
  for (let i = 0; i < count; i++) {
    const memory = readMemory(reader, maxPages);
    if (i >= mostMemories) throw new Refusal(`a module may have ${mostMemories} memories at most`);
    memories.push(memory);
  }
  if (!reader.atEnd) throw new Malformed("the memories do not end where they should");
  return memories;
}

function readMemory(reader: WasmReader, maxPages: number): MemoryLimits {
  const flags = reader.byte();
  if (flags > 7) throw new Malformed("a memory is of no known kind");
  if (flags & has64Bits) throw new Refusal("memories of 64 bits are not possible");
  if (flags & isShared) throw new Refusal("shared memories are not possible");
  const initial = reader.u32();
  const maximum = flags & hasMaximum ? reader.u32() : maxPages;
  if (initial > mostPages || maximum > mostPages || (flags & hasMaximum && maximum < initial)) {
    throw new Malformed("a memory has impossible limits");
  }
  if (initial > maxPages) {
    throw new Refusal(`a memory of ${initial} pages is larger than limits.memoryMb allows (${maxPages} pages)`);
  }
  return { initial, maximum: Math.min(maximum, maxPages) };
}

/** An import of a memory, under a name that tells the runtime how to make it. */
function importOf({ initial, maximum }: MemoryLimits, index: number): number[] {
  const name = Buffer.from(JSON.stringify([index, initial, maximum]));
  const from = Buffer.from(wasmMemoryModule);
  return [from.length, ...from, name.length, ...name, 2, hasMaximum, ...writeU32(initial), ...writeU32(maximum)];
}
