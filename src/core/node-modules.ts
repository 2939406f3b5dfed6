import { isBuiltin } from "node:module";

/** Node's own modules that isolates have, without their "node:". */
const inIsolates: ReadonlySet<string> = new Set();

/** Whether an import names a module of Node's, with "node:" or as bundlers leave it, that isolates lack. */
export function isolatesLack(specifier: string): boolean {
  return isBuiltin(specifier) && !inIsolates.has(specifier.replace(/^node:/, ""));
}
