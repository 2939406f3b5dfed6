import { wrongType } from "./node-error.ts";

/* POSIX paths: an isolate has no files, and its working directory is the root. */

export const sep = "/";
export const delimiter = ":";

interface Parsed {
  root: string;
  dir: string;
  base: string;
  ext: string;
  name: string;
}

function requireString(value: unknown, name: string): asserts value is string {
  if (typeof value !== "string") throw wrongType(name, "string", value);
}

/** Without ".", "..", empty parts and slashes at the end. */
function resolved(path: string, isAbsolute: boolean): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isAbsolute) parts.push("..");
  }
  return parts.join("/");
}

export function normalize(path: string): string {
  requireString(path, "path");
  if (path === "") return ".";
  const absolute = isAbsolute(path);
  const inner = resolved(path, absolute);
  const end = path.endsWith("/") && inner !== "" ? "/" : "";
  if (inner === "" && !absolute) return path.endsWith("/") ? "./" : ".";
  return `${absolute ? "/" : ""}${inner}${end}`;
}

export function isAbsolute(path: string): boolean {
  requireString(path, "path");
  return path.startsWith("/");
}

export function join(...paths: string[]): string {
  for (const path of paths) requireString(path, "path");
  const joined = paths.filter((path) => path !== "").join("/");
  return joined === "" ? "." : normalize(joined);
}

export function resolve(...paths: string[]): string {
  let path = "";
  for (const [index, next] of [...paths].reverse().entries()) {
    requireString(next, `paths[${paths.length - 1 - index}]`);
    if (next === "") continue;
    path = path === "" ? next : `${next}/${path}`;
    if (next.startsWith("/")) break;
  }
  return `/${resolved(path, true)}`;
}

export function relative(from: string, to: string): string {
  requireString(from, "from");
  requireString(to, "to");
  const start = resolve(from).split("/").filter(Boolean);
  const end = resolve(to).split("/").filter(Boolean);
  let common = 0;
  while (common < start.length && start[common] === end[common]) common++;
  return [...start.slice(common).map(() => ".."), ...end.slice(common)].join("/");
}

export function toNamespacedPath(path: string): string {
  return path;
}

/** The path without slashes at its end, unless it is nothing else. */
function trimmed(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}

export function dirname(path: string): string {
  requireString(path, "path");
  const whole = trimmed(path);
  const slash = whole.lastIndexOf("/");
  if (slash < 0) return ".";
  if (slash === 0) return "/";
  return slash === 1 && whole.startsWith("/") ? "//" : whole.slice(0, slash);
}

export function basename(path: string, suffix?: string): string {
  requireString(path, "path");
  if (suffix !== undefined) requireString(suffix, "suffix");
  const whole = trimmed(path);
  const base = whole === "/" ? "" : whole.slice(whole.lastIndexOf("/") + 1);
  return suffix !== undefined && base !== suffix && base.endsWith(suffix)
    ? base.slice(0, base.length - suffix.length)
    : base;
}

function extensionOf(base: string): string {
  const dot = base.lastIndexOf(".");
  return dot <= 0 || base === ".." ? "" : base.slice(dot);
}

export function extname(path: string): string {
  requireString(path, "path");
  return extensionOf(basename(path));
}

export function format(parts: Partial<Parsed>): string {
  if (typeof parts !== "object" || parts === null) throw wrongType("pathObject", "object", parts);
  const dir = parts.dir || parts.root;
  const { ext = "", name = "" } = parts;
  const base = parts.base || `${name}${ext === "" || ext.startsWith(".") ? ext : `.${ext}`}`;
  if (!dir) return base;
  return dir === parts.root ? `${dir}${base}` : `${dir}/${base}`;
}

export function parse(path: string): Parsed {
  requireString(path, "path");
  const base = basename(path);
  const root = path.startsWith("/") ? "/" : "";
  const whole = trimmed(path);
  const slash = whole.lastIndexOf("/");
  const dir = slash > 0 ? whole.slice(0, slash) : root;
  const ext = path === "/.." ? "." : extensionOf(base);
  return { root, dir, base, ext, name: ext === "" ? base : base.slice(0, base.length - ext.length) };
}

const path = {
  sep,
  delimiter,
  ...{ normalize, isAbsolute, join, resolve, relative, toNamespacedPath, dirname, basename, extname, format, parse },
};

export const posix: typeof path & { posix?: unknown } = path;
posix.posix = posix;

export default posix;
