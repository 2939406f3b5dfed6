import { monotonicMs } from "./clock.ts";
import { currentInvocation } from "./current.ts";
import { host } from "./host.ts";
import type { LogLevel } from "./ops.ts";

/** Indentation by group(), counters and timers, per label. Shared by all requests of the isolate. */
let indentation = "";
const counts = new Map<string, number>();
const times = new Map<string, number>();

/** V8's own; the language's standard types do not know it. */
const { captureStackTrace } = Error as unknown as { captureStackTrace(target: object, below: unknown): void };

function write(level: LogLevel, text: string): void {
  const indented = indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
  host.log(currentInvocation(), level, indented);
}

function print(level: LogLevel, args: readonly unknown[]): void {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") write(level, first);
  else write(level, formatAll(args));
}

// Required when first needed: most functions log strings only.
function formatAll(args: readonly unknown[]): string {
  const { format } = require("./inspect/format.ts") as typeof import("./inspect/format.ts");
  return format(args);
}

function inspectOne(value: unknown): string {
  const { inspect } = require("./inspect/inspect.ts") as typeof import("./inspect/inspect.ts");
  return inspect(value);
}

function logTime(label: string, args: readonly unknown[]): boolean {
  const start = times.get(label);
  if (start === undefined) {
    write("warn", `Timer '${label}' does not exist`);
    return false;
  }
  const elapsed = `${label}: ${(monotonicMs() - start).toFixed(3)}ms`;
  print("info", args.length > 0 ? ["%s", elapsed, ...args] : [elapsed]);
  return true;
}

const methods = {
  log(...args: unknown[]): void {
    print("info", args);
  },
  info(...args: unknown[]): void {
    print("info", args);
  },
  debug(...args: unknown[]): void {
    print("debug", args);
  },
  warn(...args: unknown[]): void {
    print("warn", args);
  },
  error(...args: unknown[]): void {
    print("error", args);
  },
  trace(...args: unknown[]): void {
    const at: { stack?: string } = {};
    captureStackTrace(at, methods.trace);
    const calls = String(at.stack).split("\n").slice(1).join("\n");
    write("info", `Trace${args.length > 0 ? `: ${formatAll(args)}` : ""}\n${calls}`);
  },
  assert(condition?: unknown, ...args: unknown[]): void {
    if (condition) return;
    const [first, ...rest] = args;
    if (args.length === 0) write("error", "Assertion failed");
    else if (typeof first === "string") print("error", [`Assertion failed: ${first}`, ...rest]);
    else print("error", ["Assertion failed:", ...args]);
  },
  dir(value?: unknown): void {
    write("info", inspectOne(value));
  },
  dirxml(...args: unknown[]): void {
    print("info", args);
  },
  table(data?: unknown, columns?: readonly string[]): void {
    const { formatTable } = require("./inspect/table.ts") as typeof import("./inspect/table.ts");
    const text = formatTable(data, columns);
    if (text === undefined) print("info", [data]);
    else write("info", text);
  },
  count(label: unknown = "default"): void {
    const name = String(label);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    write("info", `${name}: ${count}`);
  },
  countReset(label: unknown = "default"): void {
    const name = String(label);
    if (!counts.delete(name)) write("warn", `Count for '${name}' does not exist`);
  },
  group(...args: unknown[]): void {
    if (args.length > 0) print("info", args);
    indentation += "  ";
  },
  groupCollapsed(...args: unknown[]): void {
    methods.group(...args);
  },
  groupEnd(): void {
    indentation = indentation.slice(2);
  },
  time(label: unknown = "default"): void {
    const name = String(label);
    if (times.has(name)) write("warn", `Timer '${name}' already exists`);
    else times.set(name, monotonicMs());
  },
  timeLog(label: unknown = "default", ...args: unknown[]): void {
    logTime(String(label), args);
  },
  timeEnd(label: unknown = "default"): void {
    const name = String(label);
    if (logTime(name, [])) times.delete(name);
  },
  clear(): void {
    indentation = "";
  },
};

/** A namespace object as the Console Standard has it: its prototype is an empty object. */
export const console: typeof methods = Object.assign(Object.create({}) as typeof methods, methods);
Object.defineProperty(console, Symbol.toStringTag, { value: "console", configurable: true });
