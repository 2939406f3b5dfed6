import { shownAttributes } from "../webidl.ts";
import {
  isArray,
  isArrayBuffer,
  isBoxedBigInt,
  isBoxedBoolean,
  isBoxedNumber,
  isBoxedString,
  isBoxedSymbol,
  isDate,
  isError,
  isMap,
  isRegExp,
  isSet,
  isSharedArrayBuffer,
  isTypedArray,
} from "./brands.ts";
import { layOut, quote, showKey } from "./layout.ts";

/** What one call may show: past these, text is cut and says so. */
const limits = { depth: 4, items: 100, text: 10_000, values: 2_000, keys: 10_000 };

const { apply, ownKeys } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const functionToString = Function.prototype.toString;

interface Progress {
  readonly maxDepth: number;
  /** The objects on the way from the root to here. */
  readonly path: object[];
  values: number;
}

/** Shows any value as text, for people. Never throws and calls no getters of the tenant's. */
export function inspect(value: unknown, depth: number = limits.depth): string {
  return show(value, { maxDepth: depth, path: [], values: 0 });
}

function show(value: unknown, progress: Progress): string {
  if (progress.values++ > limits.values) return "…";
  if (typeof value === "string") return showString(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  if (progress.path.includes(value)) return "[Circular]";
  progress.path.push(value);
  try {
    return showObject(value, progress);
  } catch {
    // Traps of a Proxy and getters of built-in objects can throw whatever they like.
    return "[Object that cannot be read]";
  } finally {
    progress.path.pop();
  }
}

function showString(text: string): string {
  if (text.length <= limits.text) return quote(text);
  return `${quote(text.slice(0, limits.text))}… ${text.length - limits.text} more characters`;
}

function showObject(value: object, progress: Progress): string {
  if (isError(value)) return showError(value, progress);
  if (typeof value === "function") return withProperties(functionTitle(value), value, progress);
  const title = titleOf(value);
  if (isDate(value)) {
    const time = apply(Date.prototype.getTime, value, []) as number;
    const text = Number.isNaN(time) ? "Invalid Date" : (apply(Date.prototype.toISOString, value, []) as string);
    return withProperties(text, value, progress);
  }
  if (isRegExp(value)) return withProperties(apply(RegExp.prototype.toString, value, []), value, progress);
  const boxed = boxedTitle(value);
  if (boxed) return withProperties(boxed, value, progress);
  if (progress.path.length > progress.maxDepth) return isArray(value) ? "[Array]" : `[${title || "Object"}]`;
  if (isArray(value)) return showArray(value, title, progress);
  if (isTypedArray(value)) return showTypedArray(value, title, progress);
  if (isMap(value)) return showMap(value, title, progress);
  if (isSet(value)) return showSet(value, title, progress);
  if (isArrayBuffer(value) || isSharedArrayBuffer(value)) {
    return layOut(title, "{", [`byteLength: ${value.byteLength}`, ...properties(value, progress)]);
  }
  const shown = shownAttributes(value);
  if (shown) return showPlatformObject(value, title, shown, progress);
  return layOut(title === "Object" ? "" : title, "{", properties(value, progress));
}

/** "Foo" for an instance of class Foo, "Foo [tag]" when it has another import { isArray, isArrayBuffer, isBoxedBigInt, isBoxedBoolean, isBoxedNumber, isBoxedString, isBoxedSymbol, isDate, isError, isMap, isRegExp, isSet, isSharedArrayBuffer, isTypedArray, ts } from "./brands.ts";toStringTag. */
function titleOf(value: object): string {
  let name = "";
  let tag = "";
  for (let at: object | null = value; at !== null && !(name && tag); at = getPrototypeOf(at)) {
    const made: unknown = name ? undefined : getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof made === "function") {
      const own: unknown = getOwnPropertyDescriptor(made, "name")?.value;
      if (typeof own === "string") name = own;
    }
    const found: unknown = tag ? undefined : getOwnPropertyDescriptor(at, Symbol.toStringTag)?.value;
    if (typeof found === "string") tag = found;
  }
  if (!name) name = getPrototypeOf(value) === null ? "[Object: null prototype]" : "Object";
  return tag && tag !== name ? `${name} [${tag}]` : name;
}

function functionTitle(value: object): string {
  const own: unknown = getOwnPropertyDescriptor(value, "name")?.value;
  const name = typeof own === "string" && own ? own : "";
  const source = apply(functionToString, value, []) as string;
  if (source.startsWith("class")) {
    const parent = getPrototypeOf(value) as object | null;
    const parentName: unknown = parent && getOwnPropertyDescriptor(parent, "name")?.value;
    return `[class ${name || "(anonymous)"}${parentName ? ` extends ${String(parentName)}` : ""}]`;
  }
  const kind = titleOf(value).replace(/ .*/, "");
  return name ? `[${kind}: ${name}]` : `[${kind} (anonymous)]`;
}

function boxedTitle(value: object): string | undefined {
  if (isBoxedNumber(value)) return `[Number: ${apply(Number.prototype.toString, value, [])}]`;
  if (isBoxedString(value)) return `[String: ${quote(apply(String.prototype.toString, value, []))}]`;
  if (isBoxedBoolean(value)) return `[Boolean: ${apply(Boolean.prototype.toString, value, [])}]`;
  if (isBoxedBigInt(value)) return `[BigInt: ${apply(BigInt.prototype.toString, value, [])}n]`;
  if (isBoxedSymbol(value)) return `[Symbol: ${apply(Symbol.prototype.toString, value, [])}]`;
  return undefined;
}

function withProperties(title: string, value: object, progress: Progress): string {
  if (progress.path.length > progress.maxDepth) return title;
  const skipped = isBoxedString(value) ? /^\d+$/ : undefined;
  const shown = properties(value, progress, skipped);
  return shown.length > 0 ? layOut(title, "{", shown) : title;
}

function showArray(value: readonly unknown[], title: string, progress: Progress): string {
  const items: string[] = [];
  let holes = 0;
  const endHoles = (): void => {
    if (holes > 0) items.push(holes === 1 ? "<1 empty item>" : `<${holes} empty items>`);
    holes = 0;
  };
  let at = 0;
  for (; at < value.length && items.length < limits.items && holes < limits.text; at++) {
    const descriptor = getOwnPropertyDescriptor(value, at);
    if (!descriptor) holes++;
    else {
      endHoles();
      items.push(showProperty(descriptor, progress));
    }
  }
  endHoles();
  pushRest(items, value.length - at);
  // V8 can only list them all, indices included.
  if (value.length <= limits.keys) items.push(...properties(value, progress, /^\d+$/));
  return layOut(title === "Array" ? "" : `${title}(${value.length})`, "[", items);
}

function showTypedArray(value: Uint8Array, title: string, progress: Progress): string {
  const items: string[] = [];
  for (let i = 0; i < value.length && i < limits.items; i++) items.push(show(value[i], progress));
  pushRest(items, value.length - items.length);
  return layOut(`${title}(${value.length})`, "[", items);
}

const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;

function showMap(value: Map<unknown, unknown>, title: string, progress: Progress): string {
  const items: string[] = [];
  for (const [key, held] of apply(mapEntries, value, []) as MapIterator<[unknown, unknown]>) {
    if (items.length === limits.items) break;
    items.push(`${show(key, progress)} => ${show(held, progress)}`);
  }
  return withCount(value, title, items, progress);
}

function showSet(value: Set<unknown>, title: string, progress: Progress): string {
  const items: string[] = [];
  for (const held of apply(setValues, value, []) as SetIterator<unknown>) {
    if (items.length === limits.items) break;
    items.push(show(held, progress));
  }
  return withCount(value, title, items, progress);
}

function withCount(value: { readonly size: number }, title: string, items: string[], progress: Progress): string {
  const { size } = value;
  pushRest(items, size - items.length);
  items.push(...properties(value, progress));
  return layOut(`${title}(${size})`, "{", items);
}

function pushRest(items: string[], rest: number): void {
  if (rest > 0) items.push(`… ${rest} more item${rest === 1 ? "" : "s"}`);
}

/** One of ours, whose state is in private fields: its attributes, and what it lists. */
function showPlatformObject(value: object, title: string, attributes: readonly string[], progress: Progress): string {
  const items: string[] = [];
  for (const name of attributes) items.push(`${name}: ${show((value as Record<string, unknown>)[name], progress)}`);
  const list = (value as { entries?: () => Iterable<unknown> }).entries;
  if (attributes.length === 0 && typeof list === "function") {
    for (const [name, held] of apply(list, value, []) as Iterable<[unknown, unknown]>) {
      if (items.length === limits.items) break;
      items.push(`${show(name, progress)} => ${show(held, progress)}`);
    }
  }
  return layOut(title, "{", [...items, ...properties(value, progress)]);
}

function showError(error: Error, progress: Progress): string {
  const { stack } = error;
  const text = typeof stack === "string" && stack !== "" ? stack : `${error.name}: ${error.message}`;
  if (progress.path.length > progress.maxDepth) return `[${text.split("\n", 1)[0]}]`;
  const shown = properties(error, progress, /^(stack|message)$/);
  for (const name of ["cause", "errors"]) {
    const descriptor = getOwnPropertyDescriptor(error, name);
    if (descriptor && !descriptor.enumerable) shown.push(`[${name}]: ${showProperty(descriptor, progress)}`);
  }
  if (shown.length === 0) return text;
  return `${text} {\n${shown.map((line) => `  ${line.replaceAll("\n", "\n  ")}`).join(",\n")}\n}`;
}

function properties(value: object, progress: Progress, skipped?: RegExp): string[] {
  const shown: string[] = [];
  for (const key of ownKeys(value)) {
    if (skipped && typeof key === "string" && skipped.test(key)) continue;
    const descriptor = getOwnPropertyDescriptor(value, key);
    if (!descriptor?.enumerable) continue;
    if (shown.length === limits.items) {
      shown.push("… more properties");
      break;
    }
    shown.push(`${showKey(key)}: ${showProperty(descriptor, progress)}`);
  }
  return shown;
}

function showProperty(descriptor: PropertyDescriptor, progress: Progress): string {
  if ("value" in descriptor) return show(descriptor.value, progress);
  if (!descriptor.get) return "[Setter]";
  return descriptor.set ? "[Getter/Setter]" : "[Getter]";
}
