import host from "islet:node";
import types from "node:util/types";
import { MIMEParams, MIMEType } from "unenv/node/util";
import { isDeepEqual } from "./deep-equal.ts";
import { nodeError, wrongType } from "./node-error.ts";

type Callback = (...args: unknown[]) => unknown;

const custom = Symbol.for("nodejs.util.inspect.custom");
const promisified = Symbol.for("nodejs.util.promisify.custom");

interface InspectOptions {
  readonly depth?: number | null;
}

/** As console.log() shows it: of the options only `depth` counts. */
function inspect(value: unknown, options?: InspectOptions | boolean, depth?: number | null): string {
  const asked = typeof options === "object" && options !== null ? options.depth : depth;
  const levels = asked === null ? Number.POSITIVE_INFINITY : (asked ?? 2);
  if (typeof value === "object" && value !== null) {
    const own: unknown = (value as Record<symbol, unknown>)[custom];
    if (typeof own === "function") {
      const shown: unknown = Reflect.apply(own, value, [levels, options ?? {}, inspect]);
      return typeof shown === "string" ? shown : host.inspect(shown, levels + 1);
    }
  }
  return host.inspect(value, levels + 1);
}
const styles: Record<string, [number, number]> = {
  ...{ reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], inverse: [7, 27] },
  ...{ black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39] },
  ...{ cyan: [36, 39], white: [37, 39], gray: [90, 39], grey: [90, 39] },
};
Object.assign(inspect, { custom, defaultOptions: { depth: 2 }, colors: styles, styles: {} });

export function format(...args: unknown[]): string {
  return host.format(args);
}

export function formatWithOptions(_options: object, ...args: unknown[]): string {
  return host.format(args);
}

export function promisify(original: Callback & { [promisified]?: Callback }): Callback {
  if (typeof original !== "function") throw wrongType("original", "function", original);
  const own = original[promisified];
  if (own !== undefined) return own;
  const call = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, value: unknown): void => (error ? reject(error) : resolve(value));
      Reflect.apply(original, this, [...args, done]);
    });
  };
  Object.setPrototypeOf(call, Object.getPrototypeOf(original) as object);
  return Object.defineProperties(call, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = promisified;

export function callbackify(original: (...args: unknown[]) => Promise<unknown>): Callback {
  if (typeof original !== "function") throw wrongType("original", "function", original);
  return function (this: unknown, ...args: unknown[]): void {
    const done = args.pop();
    if (typeof done !== "function") throw wrongType("last argument", "function", done);
    (Reflect.apply(original, this, args) as Promise<unknown>).then(
      (value) => queueMicrotask(() => void done.call(this, null, value)),
      (error: unknown) =>
        queueMicrotask(() => void done.call(this, error || new Error("The promise rejected with nothing"))),
    );
  };
}

export function deprecate<Function extends Callback>(call: Function, message: string, code?: string): Function {
  let warned = false;
  const deprecated = function (this: unknown, ...args: unknown[]): unknown {
    if (!warned) console.warn(`${code === undefined ? "" : `[${code}] `}DeprecationWarning: ${message}`);
    warned = true;
    return new.target ? Reflect.construct(call, args, new.target) : Reflect.apply(call, this, args);
  };
  Object.setPrototypeOf(deprecated, call);
  if (call.prototype !== undefined) deprecated.prototype = call.prototype as object;
  return deprecated as unknown as Function;
}

export function inherits(child: Callback & { super_?: unknown }, parent: Callback): void {
  if (typeof child !== "function") throw wrongType("ctor", "function", child);
  if (typeof parent !== "function") throw wrongType("superCtor", "function", parent);
  Object.defineProperty(child, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype as object, parent.prototype as object);
}

export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  return isDeepEqual(a, b, true);
}

/** Writes nothing: NODE_DEBUG is not read. */
export function debuglog(): Callback & { enabled: boolean } {
  return Object.assign(() => undefined, { enabled: false });
}

export function stripVTControlCharacters(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return text.replace(/[\u001B\u009B][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g, "");
}

export function styleText(format: string | readonly string[], text: string): string {
  return [format].flat().reduceRight((styled, name) => {
    const style = styles[name];
    if (!style) throw nodeError(TypeError, "ERR_INVALID_ARG_VALUE", `The argument 'format' is invalid: ${name}`);
    return `\u001B[${style[0]}m${styled}\u001B[${style[1]}m`;
  }, text);
}

export function toUSVString(text: unknown): string {
  return String(text).toWellFormed();
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

export function getSystemErrorName(number: number): string {
  return `Unknown system error ${number}`;
}

export const { isArray } = Array;
export const { TextDecoder, TextEncoder } = globalThis as unknown as { TextDecoder: unknown; TextEncoder: unknown };
export const debug = debuglog;
export { inspect, MIMEParams, MIMEType, types };
export default {
  ...{ aborted, callbackify, debug, debuglog, deprecate, format, formatWithOptions, getSystemErrorName, inherits },
  ...{ inspect, isArray, isDeepStrictEqual, MIMEParams, MIMEType, promisify, stripVTControlCharacters, styleText },
  ...{ TextDecoder, TextEncoder, toUSVString, types },
};
