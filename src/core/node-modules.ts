import { isBuiltin } from "node:module";

/** Node's own modules that isolates have, without their "node:"; each is a file of runtime-api/node. */
export const nodeModules = [
  ...["assert", "assert/strict", "async_hooks", "buffer", "console", "crypto", "diagnostics_channel", "events"],
  ...["module", "os", "path", "path/posix", "perf_hooks", "process", "punycode", "querystring"],
  ...["stream", "stream/consumers", "stream/promises", "stream/web", "string_decoder", "timers", "timers/promises"],
  ...["tty", "url", "util", "util/types", "zlib"],
] as const;

interface NodeGlobal {
  /** Where source mentions it. */
  readonly mention: RegExp;
  /** Source of the module that puts it in place. */
  readonly source: string;
}

function global(module: string, ...names: string[]): string {
  return `import*as m from"node:${module}";for(const name of ${JSON.stringify(names)})Object.defineProperty(globalThis,name,{value:m[name]??m.default,writable:true,enumerable:false,configurable:true});`;
}

/** Globals of Node's that are no globals of the web's, for bundles that use Node's modules and mention them. */
export const nodeGlobals = {
  Buffer: { mention: /\bBuffer\b/, source: global("buffer", "Buffer") },
  process: { mention: /\bprocess\b/, source: global("process", "process") },
  setImmediate: {
    mention: /\b(?:set|clear)Immediate\b/,
    source: global("timers", "setImmediate", "clearImmediate"),
  },
  // With methods, which numbers have not.
  timers: { mention: /\.(?:un)?ref\b|\.refresh\b/, source: global("timers", "setTimeout", "setInterval") },
  global: { mention: /\bglobal\b/, source: "globalThis.global??=globalThis;" },
} satisfies Record<string, NodeGlobal>;
export const nodeGlobalNames = Object.keys(nodeGlobals) as (keyof typeof nodeGlobals)[];

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
