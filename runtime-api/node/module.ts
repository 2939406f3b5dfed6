import required from "islet:required";
import { nodeError } from "./node-error.ts";

const names = Object.keys(required);

/** Of Node's, those that need a machine. */
const lacking: ReadonlySet<string> = new Set([
  ...["child_process", "cluster", "dgram", "dns", "dns/promises", "fs", "fs/promises", "http", "http2", "https"],
  ...["inspector", "net", "readline", "readline/promises", "repl", "sqlite", "test", "tls", "v8", "vm", "wasi"],
  ...["worker_threads"],
]);

function plain(id: string): string {
  return id.replace(/^node:/, "");
}

/** Gives modules of Node's that stand between quotes somewhere in the bundle. */
export function createRequire(): (id: string) => unknown {
  const require = (id: string): unknown => {
    const found = required[plain(String(id))];
    if (found !== undefined) return found;
    const instead = lacking.has(plain(String(id)))
      ? "isolates do not have it; in a container (tier) it is Node's own"
      : "bundle it into the modules of the upload";
    throw nodeError(Error, "MODULE_NOT_FOUND", `Cannot find module '${id}': ${instead}`);
  };
  return Object.assign(require, { resolve: (id: string) => id, cache: {}, main: undefined });
}

/** Of those that the bundle names, as require() has them. */
export const builtinModules: readonly string[] = names;

export function isBuiltin(id: string): boolean {
  return plain(id) in required;
}

export default { createRequire, builtinModules, isBuiltin };
