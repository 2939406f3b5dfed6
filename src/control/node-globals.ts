import type { Import } from "es-module-lexer";
import { isolatesLack, nodeGlobalNames, nodeGlobals, nodeModuleOf } from "../core/node-modules.ts";

/*
 * Code that was written for Node finds some of Node's modules without importing them: as globals, and by the require() that
 * esbuild leaves in ES modules made of CommonJS. It gets them by imports that are added to its source, if its bundle uses
 * Node's modules at all; other bundles find what the web has, and nothing more.
 */

/** What esbuild leaves: __require("events"). */
const requireCall = /\b__require\d*\(\s*["'](?:node:)?([a-z_]+(?:\/[a-z_]+)?)["']\s*\)/g;
const ownRequire = /\b(?:const|let|var|function)\s+require\b|\bas\s+require\b|\bimport\s+require\b/;

/** Whether a module imports or requires one of Node's that isolates have. */
export function usesNode(source: string, imports: readonly Import[]): boolean {
  return (
    imports.some(
      (item) => item.type !== "import-meta" && item.specifier !== undefined && nodeModuleOf(item.specifier) !== null,
    ) || requiresNode(source)
  );
}

function requiresNode(source: string): boolean {
  return [...source.matchAll(requireCall)].some(([, name = ""]) => nodeModuleOf(name) !== null || isolatesLack(name));
}

/** One line of imports, behind the source. */
export function withNodeGlobals(source: string): string {
  const wanted = nodeGlobalNames.filter((name) => nodeGlobals[name].mention.test(source));
  const lines = wanted.map((name) => `import${JSON.stringify(`islet:global/${name}`)};`);
  if (requiresNode(source) && !ownRequire.test(source)) lines.push('import require from"islet:require";');
  return lines.length === 0 ? source : `${source}\n${lines.join("")}`;
}
