import required from "islet:required";
import { nodeError } from "./node-error.ts";

const names = Object.keys(required);

function plain(id: string): string {
  return id.replace(/^node:/, "");
}

/** Gives modules of Node's that stand between quotes somewhere in the bundle. */
export function createRequire(): (id: string) => unknown {
  const require = (id: string): unknown => {
    const found = required[plain(String(id))];
    if (found !== undefined) return found;
    throw nodeError(Error, "MODULE_NOT_FOUND", `Cannot find module '${id}': bundle it into the modules of the upload`);
  };
  return Object.assign(require, { resolve: (id: string) => id, cache: {}, main: undefined });
}

/** Of those that the bundle names, as require() has them. */
export const builtinModules: readonly string[] = names;

export function isBuiltin(id: string): boolean {
  return plain(id) in required;
}

export default { createRequire, builtinModules, isBuiltin };
