import { host } from "../host.ts";
import { wasmMemoryModule } from "../ops.ts";
import { bytesOf } from "./buffer-source.ts";
import {
  apply,
  construct,
  create,
  define,
  errors,
  isObject,
  parse,
  replace,
  v8,
  WeakTable,
  weakGet,
  weakSet,
} from "./intrinsics.ts";
import { holdModule, makeMemory, makeRoom, makeRoomForModule } from "./memories.ts";

/**
 * Modules are compiled as the host gives them back: with imports in the place of their own memories
 * (see src/isolate/wasm-limits.ts), which are made and given to each instance here.
 */

interface Import {
  readonly module: string;
  readonly name: string;
}

/** A list of V8's, read by index: it has nothing of its own for it that a tenant could not replace. */
interface List<T> {
  readonly [index: number]: T;
  length: number;
}

const pageBytes = 65_536;

/** How many memories of its own each module has. */
const ownMemories = new WeakTable<object, number>();

function ownMemoriesOf(module: unknown): number {
  return isObject(module) ? ((apply(weakGet, ownMemories, [module]) as number | undefined) ?? 0) : 0;
}

function importsOf(module: unknown): List<Import> {
  return apply(v8.imports, undefined, [module]) as List<Import>;
}

function countOwn(module: object): number {
  const imports = importsOf(module);
  let at = imports.length;
  while (at > 0 && imports[at - 1]?.module === wasmMemoryModule) at--;
  return imports.length - at;
}

export function isModule(value: unknown): boolean {
  return isObject(value) && apply(weakGet, ownMemories, [value]) !== undefined;
}

export function compileModule(source: unknown, options?: unknown, where = "WebAssembly.Module()"): object {
  const bytes = bytesOf(source, where);
  const given = plainOptions(options);
  const limited = host.limitWasm(bytes);
  if (typeof limited === "string") throw new errors.RangeError(`${where}: ${limited}`);
  const { length } = bytes;
  makeRoomForModule(length, where);
  const module = typeof limited === "boolean" ? compiled(bytes, given) : rewritten(limited, bytes, given);
  if (limited === false) throw new v8.CompileError(`${where}: the module is of a kind that is not possible here`);
  apply(weakSet, ownMemories, [module, countOwn(module)]);
  holdModule(module, length);
  return module;
}

function compiled(bytes: Uint8Array, options: unknown): object {
  return construct(v8.Module, [bytes, options] as never[]) as object;
}

function rewritten(bytes: Uint8Array, original: Uint8Array, options: unknown): object {
  try {
    return compiled(bytes, options);
  } catch (error) {
    // In terms of the bytes that were given; with those, an error it is in any case.
    compiled(original, options);
    throw error;
  }
}

/** Read before V8 does, so that no code of the tenant's runs inside it. */
function plainOptions(options: unknown): unknown {
  if (!isObject(options)) return undefined;
  const { builtins, importedStringConstants } = options;
  const plain = create(null) as Record<string, unknown>;
  if (isObject(builtins)) {
    const names: string[] = [];
    for (let i = 0; i < (builtins.length as number); i++) define(names, `${i}`, `${builtins[i] as string}`, true);
    plain.builtins = names;
  }
  if (importedStringConstants !== undefined) plain.importedStringConstants = `${importedStringConstants as string}`;
  return plain;
}

export function validate(source: unknown, options?: unknown): boolean {
  const bytes = bytesOf(source, "WebAssembly.validate()");
  const limited = host.limitWasm(bytes);
  if (typeof limited !== "object" && limited !== true) return false;
  return apply(v8.validate, undefined, [limited === true ? bytes : limited, plainOptions(options)]) as boolean;
}

export function instantiateModule(module: unknown, imports: unknown): object {
  const own = ownMemoriesOf(module);
  const list = own > 0 ? importsOf(module) : undefined;
  const others = list ? list.length - own : 0;
  // Without memories there is nothing to do; and what is no object V8 says in its own words.
  if (!list || (imports === undefined ? others > 0 : !isObject(imports))) {
    return construct(v8.Instance, [module, imports] as never[]) as object;
  }
  const given = imports === undefined ? create(null) : collect(list, others, imports as Record<string, unknown>);
  giveMemories(given as Record<string, unknown>, list, others);
  return construct(v8.Instance, [module, given] as never[]) as object;
}

/** The imports that the module asks for, read as V8 would: in their order, by way of the module's name. */
function collect(list: List<Import>, count: number, imports: Readonly<Record<string, unknown>>): object {
  const given = create(null) as Record<string, unknown>;
  for (let i = 0; i < count; i++) {
    const { module, name } = list[i] as Import;
    const from = imports[module];
    if (!isObject(from)) {
      given[module] = from;
      return given;
    }
    given[module] ??= create(null) as object;
    (given[module] as Record<string, unknown>)[name] = from[name];
  }
  return given;
}

function giveMemories(given: Record<string, unknown>, list: List<Import>, from: number): void {
  let pages = 0;
  for (let i = from; i < list.length; i++) pages += limitsOf(list[i] as Import)[1];
  makeRoom(list.length - from, pages * pageBytes, "WebAssembly.Instance()");
  const memories = create(null) as Record<string, unknown>;
  for (let i = from; i < list.length; i++) {
    const wanted = list[i] as Import;
    const limits = limitsOf(wanted);
    memories[wanted.name] = makeMemory(limits[1], limits[2]);
  }
  given[wasmMemoryModule] = memories;
}

/** Its number in the module, initial size and maximum, as the host wrote them into its name. */
function limitsOf({ name }: Import): readonly [number, number, number] {
  return parse(name) as [number, number, number];
}

const statics = {
  imports(module: unknown): unknown {
    const list = importsOf(module);
    list.length -= ownMemoriesOf(module);
    return list;
  },
};

/** Gives Module and Instance, as they are found under WebAssembly. */
export function installModules(): void {
  const Module = replace(v8.Module, "Module", compileModule);
  replace(v8.Instance, "Instance", instantiateModule);
  define(Module, "imports", statics.imports, true);
  define(Module, "exports", v8.exports, true);
  define(Module, "customSections", v8.customSections, true);
}
