import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { resolveSpecifier } from "../../../src/core/specifier.ts";

export type ModuleType = "esm" | "wasm" | "text" | "json" | "data";

/**
 * Lets the bundle's modules import each other as they do in an isolate: by the same specifiers, and with files
 * that are no JavaScript as their default export. What is not in the bundle is left to Node: its own modules.
 *
 * @returns the URL of a module of the bundle.
 */
export function serveModules(folder: string, types: ReadonlyMap<string, ModuleType>): (name: string) => string {
  const root = pathToFileURL(`${folder}/`).href;
  const urlOf = (name: string) => root + name.split("/").map(encodeURIComponent).join("/");
  const names = new Map([...types.keys()].map((name) => [urlOf(name), name]));

  registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL === undefined ? undefined : names.get(context.parentURL);
      if (from === undefined) return next(specifier, context);
      const name = resolveSpecifier(specifier, from, (candidate) => types.has(candidate));
      return name === null ? next(specifier, context) : { url: urlOf(name), shortCircuit: true };
    },
    load(url, context, next) {
      const name = names.get(url);
      const type = name === undefined ? undefined : types.get(name);
      if (name === undefined || type === undefined) return next(url, context);
      return { format: "module", source: sourceOf(`${folder}/${name}`, type), shortCircuit: true };
    },
  });
  return urlOf;
}

function sourceOf(path: string, type: ModuleType): string {
  const quoted = JSON.stringify(path);
  const read = `import{readFileSync}from"node:fs";`;
  switch (type) {
    case "esm":
      return readFileSync(path, "utf8");
    case "text":
      return `export default ${JSON.stringify(readFileSync(path, "utf8"))};`;
    case "json":
      return `export default JSON.parse(${JSON.stringify(readFileSync(path, "utf8"))});`;
    case "wasm":
      return `${read}export default new WebAssembly.Module(readFileSync(${quoted}));`;
    case "data":
      return `${read}export default new Uint8Array(readFileSync(${quoted}));`;
  }
}
