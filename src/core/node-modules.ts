import { isBuiltin } from "node:module";

/** Node's own modules that isolates have, without their "node:"; each is a file of runtime-api/node. */
export const nodeModules = ["async_hooks"] as const;

const inIsolates: ReadonlySet<string> = new Set(nodeModules);

/** The name without "node:" of a module of Node's that isolates have, if an import means one. */
export function nodeModuleOf(specifier: string): string | null {
  const name = specifier.replace(/^node:/, "");
  return inIsolates.has(name) ? name : null;
}

/** Whether an import names a module of Node's, with "node:" or as bundlers leave it, that isolates lack. */
export function isolatesLack(specifier: string): boolean {
  return isBuiltin(specifier) && nodeModuleOf(specifier) === null;
}
