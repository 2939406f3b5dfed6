import path from "node:path";

export const { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative } = path;
export const { posix, resolve, sep, toNamespacedPath } = path;
export default path;
