import { host } from "../host.ts";
import {
  apply,
  Bytes,
  bufferOfMemory,
  construct,
  create,
  define,
  deleteProperty,
  deref,
  errors,
  growMemory,
  isObject,
  lengthOfBuffer,
  replace,
  toBoolean,
  v8,
  Weak,
} from "./intrinsics.ts";

/**
 * Every memory of this isolate is made here, also those that modules declare (see modules.ts), so
 * that they can be counted: V8 does not count them. What code inside WebAssembly grows is seen when
 * the host asks after an entry.
 */

const pageBytes = 65_536;
const maxPages = host.wasmPages();
const budgetBytes = maxPages * pageBytes;
/** Memories at once; each takes gigabytes of the process's address space. */
const places = 16;
/** What V8 keeps for a module beside its bytes: measured 7 KB for an empty one, 16 KB with a function that was called. */
const moduleOverhead = 16 * 1024;

interface Held {
  readonly ref: WeakRef<object>;
  /** Of a module; a memory's are asked for. */
  readonly bytes: number;
  readonly next: Held | undefined;
}

/** Lists of our own, since a tenant can replace whatever an array or a set does. */
let memories: Held | undefined;
let modules: Held | undefined;
let moduleBytes = 0;
let living = 0;
let livingBytes = 0;

function sizeOf(memory: unknown): number {
  return apply(lengthOfBuffer, apply(bufferOfMemory, memory, []), []) as number;
}

/** Drops what was collected, and adds up the rest. Looking keeps what lives alive until the job ends. */
function count(): void {
  living = 0;
  livingBytes = 0;
  let kept: Held | undefined;
  for (let held = memories; held !== undefined; held = held.next) {
    const memory = apply(deref, held.ref, []);
    if (memory === undefined) continue;
    kept = { ref: held.ref, bytes: 0, next: kept };
    living++;
    livingBytes += sizeOf(memory);
  }
  memories = kept;
}

/** V8 collects when a large buffer is asked for, and knows no other way from in here. Takes some 10 to 20 ms. */
function collect(): void {
  try {
    construct(Bytes, [budgetBytes * 0.75]);
  } catch {
    // Refused, after it had collected what there was.
    return;
  } finally {
    sweepModules();
  }
}

function sweepModules(): void {
  let kept: Held | undefined;
  moduleBytes = 0;
  for (let held = modules; held !== undefined; held = held.next) {
    if (apply(deref, held.ref, []) === undefined) continue;
    kept = { ref: held.ref, bytes: held.bytes, next: kept };
    moduleBytes += held.bytes;
  }
  modules = kept;
}

/** Makes room for so many memories more, and bytes in them. Throws a RangeError when there is none. */
export function makeRoom(more: number, bytes: number, where: string): void {
  // By what is known from the last look: one more would keep alive what is to be collected.
  if (living + more > places || livingBytes + moduleBytes + bytes > budgetBytes) collect();
  count();
  if (living + more > places) throw new errors.RangeError(`${where}: there may be ${places} memories at once`);
  if (livingBytes + moduleBytes + bytes > budgetBytes) {
    throw new errors.RangeError(`${where}: WebAssembly may have ${budgetBytes / 1_048_576} MiB (limits.memoryMb)`);
  }
  if (!host.holdWasm(living + more, livingBytes + moduleBytes + bytes)) {
    throw new errors.RangeError(`${where}: the process has as many memories as it can have`);
  }
}

/** Counts a module that is about to be compiled. */
export function makeRoomForModule(bytes: number, where: string): void {
  if (livingBytes + moduleBytes + bytes + moduleOverhead > budgetBytes) collect();
  if (livingBytes + moduleBytes + bytes + moduleOverhead > budgetBytes) {
    throw new errors.RangeError(`${where}: WebAssembly may have ${budgetBytes / 1_048_576} MiB (limits.memoryMb)`);
  }
}

export function holdModule(module: object, length: number): void {
  const bytes = length + moduleOverhead;
  modules = { ref: new Weak(module), bytes, next: modules };
  moduleBytes += bytes;
  host.holdWasm(living, livingBytes + moduleBytes);
}

/** Only after `makeRoom`. */
export function makeMemory(initial: unknown, maximum: unknown): object {
  const descriptor = create(null) as Record<string, unknown>;
  descriptor.initial = initial;
  descriptor.maximum = maximum;
  const memory = construct(v8.Memory, [descriptor] as never[]) as object;
  memories = { ref: new Weak(memory), bytes: 0, next: memories };
  living++;
  livingBytes += sizeOf(memory);
  return memory;
}

/** The host's entry: tells it how much there is now. */
export function measureWasm(afterCollection: boolean): void {
  if (afterCollection) collect();
  count();
  host.holdWasm(living, livingBytes + moduleBytes);
}

function newMemory(descriptor: unknown): object {
  const where = "WebAssembly.Memory()";
  if (!isObject(descriptor)) throw new errors.TypeError(`${where}: Argument 0 must be a memory descriptor`);
  const { address } = descriptor;
  if (address !== undefined && `${address as string}` !== "i32") {
    throw new errors.RangeError(`${where}: memories of 64 bits are not possible`);
  }
  // `+` as V8 converts them, before it sees them; undefined is no number to it.
  const pages = descriptor.initial;
  const initial = pages === undefined ? undefined : +(pages as number);
  const most = descriptor.maximum;
  const given = most === undefined ? maxPages : +(most as number);
  if (toBoolean(descriptor.shared)) throw new errors.RangeError(`${where}: shared memories are not possible`);
  // V8 has words of its own for what is no number of pages at all.
  if (initial !== undefined && initial > maxPages && initial <= 0xffff_ffff) {
    throw new errors.RangeError(`${where}: ${initial} pages are more than limits.memoryMb allows (${maxPages} pages)`);
  }
  const maximum = given > maxPages && given <= 0xffff_ffff ? maxPages : given;
  const isCount = initial !== undefined && initial > 0 && initial <= maxPages;
  makeRoom(1, isCount ? initial * pageBytes : 0, where);
  return makeMemory(initial, maximum);
}

const methods = {
  grow(this: unknown, delta: unknown): unknown {
    // What is no memory is refused before the argument is asked for its value.
    void apply(bufferOfMemory, this, []);
    const pages = +(delta as number);
    if (pages > 0 && pages <= 0xffff_ffff) makeRoom(0, pages * pageBytes, "WebAssembly.Memory.grow()");
    try {
      return apply(growMemory, this, [pages]);
    } finally {
      count();
      host.holdWasm(living, livingBytes + moduleBytes);
    }
  },
};

export function installMemory(): void {
  replace(v8.Memory, "Memory", newMemory);
  const { prototype } = v8.Memory as unknown as { prototype: object };
  const { grow } = methods;
  define(prototype, "grow", grow, true);
  // Newer versions of V8 have them: buffers that grow are gone here.
  deleteProperty(prototype, "toResizableBuffer");
  deleteProperty(prototype, "toFixedLengthBuffer");
}
