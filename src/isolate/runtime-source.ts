import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { init, parse } from "es-module-lexer";
import { type BuildOptions, build, type Plugin, transform } from "esbuild";
import { withEsbuild } from "../core/esbuild-service.ts";
import { kept } from "../core/kept-build.ts";
import type { RuntimeSource } from "../core/messages.ts";
import { nodeModules } from "../core/node-modules.ts";
import { buildNodeModules } from "./node-source.ts";
import { collect, coreUnit, type ModuleGraph, unitsOf } from "./runtime-units.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = "runtime-api/boot.ts";
const partsModule = "runtime-api/parts.ts";

/** The unit of each module. */
type Units = ReadonlyMap<string, string>;

/** What most functions touch. Everything else that is reached by require() is a part. */
const hot = [
  ...["fetch/headers.ts", "fetch/request.ts", "fetch/response.ts", "url/url.ts", "url/search-params.ts"],
].map((name) => `runtime-api/${name}`);

const options = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  logLevel: "silent",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2024",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
} as const satisfies BuildOptions;

/**
 * Bundles runtime-api/ into a core and parts. A part's code is in an isolate's memory only once it was touched: 1.2 MB
 * for each MB of source.
 */
export async function buildRuntimeSource(): Promise<RuntimeSource> {
  const text = await kept({ options, entry, hot, nodeModules }, () => withEsbuild(buildUnits));
  return JSON.parse(text) as RuntimeSource;
}

async function buildUnits(): Promise<{ text: string; inputs: string[] }> {
  const graph = await readGraph();
  const units = unitsOf(graph, entry, hot);
  const names = [...new Set(units.values())].filter((unit) => unit !== coreUnit);
  const parts = await Promise.all(
    names.map(async (unit) => [unit, await buildUnit(unit, await partEntry(unit, graph, units), units)] as const),
  );
  const core = await buildUnit(coreUnit, coreEntry(graph, units), units);
  const node = await buildNodeModules();
  const source: RuntimeSource = {
    core: `(()=>{"use strict";const module={exports:{}},require=(id)=>module.exports.requireModule(id);${core};return module.exports.boot})()`,
    parts: Object.fromEntries(
      parts.map(([unit, code]) => [unit, `((require,deliver)=>{"use strict";${code}})\n//# sourceURL=islet:runtime`]),
    ),
    node: node.sources,
  };
  return { text: JSON.stringify(source), inputs: [...new Set([...graph.keys(), ...node.inputs])] };
}

async function readGraph(): Promise<ModuleGraph> {
  const { metafile } = await build({ ...options, entryPoints: [entry], metafile: true });
  const modules = Object.entries(metafile.inputs).map(([path, { imports }]) => {
    const of = (kind: string) => imports.filter((one) => one.kind === kind).map((one) => one.path);
    return [path, { imports: of("import-statement"), lazily: of("require-call") }] as const;
  });
  return new Map(modules);
}

/** Source that hands the core's modules to parts, and says which part has what. */
function coreEntry(graph: ModuleGraph, units: Units): string {
  const evaluated = collect(graph, entry, new Set());
  const lines = [`import{boot}from${pathOf(entry)};import{connectParts,requireModule}from${pathOf(partsModule)};`];
  const modules = wantedFrom(coreUnit, graph, units).map((id, i) => {
    if (!evaluated.has(id)) return `${JSON.stringify(id)}:()=>require(${pathOf(id)})`;
    lines.push(`import*as m${i} from${pathOf(id)};`);
    return `${JSON.stringify(id)}:()=>m${i}`;
  });
  const asked = new Set([...new Set(units.values())].flatMap((unit) => wantedFrom(unit, graph, units)));
  const elsewhere = Object.fromEntries([...units].filter(([id, unit]) => unit !== coreUnit && asked.has(id)));
  lines.push(`connectParts({__proto__:null,${modules.join()}},{__proto__:null,...${JSON.stringify(elsewhere)}});`);
  lines.push("export{boot,requireModule};");
  return lines.join("\n");
}

/** Source that hands over what others want of a part. Values and no namespaces: V8's helpers for those could be tampered with by then. */
async function partEntry(unit: string, graph: ModuleGraph, units: Units): Promise<string> {
  const wanted = wantedFrom(unit, graph, units).map(async (id, i) => {
    const names = await exportsOf(id);
    const imports = names.map((name) => `${name} as ${name}_${i}`);
    const values = names.map((name) => `${name}:${name}_${i}`);
    return {
      line: `import{${imports.join()}}from${pathOf(id)};`,
      module: `${JSON.stringify(id)}:{${values.join()}}`,
    };
  });
  const all = await Promise.all(wanted);
  return `${all.map(({ line }) => line).join("\n")}deliver({__proto__:null,${all.map(({ module }) => module).join()}});`;
}

/** Modules of a unit that others import, or that are loaded at a touch. */
function wantedFrom(unit: string, graph: ModuleGraph, units: Units): string[] {
  const wanted = new Set<string>();
  for (const [module, { imports, lazily }] of graph) {
    for (const id of imports) if (units.get(id) === unit && units.get(module) !== unit) wanted.add(id);
    for (const id of lazily)
      if (units.get(id) === unit && (unit !== coreUnit || units.get(module) !== unit)) wanted.add(id);
  }
  return [...wanted].sort();
}

async function buildUnit(unit: string, contents: string, units: Units): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents, resolveDir: root, sourcefile: `${unit}.entry.js` },
    format: "cjs",
    plugins: [elsewhere(unit, units)],
  });
  const code = outputFiles?.[0]?.text ?? "";
  if (unit !== coreUnit && code.includes("__defProp")) {
    throw new Error(
      `the part ${unit} of runtime-api has a namespace or CommonJS in it, which a tenant could get hold of`,
    );
  }
  return code;
}

/** Modules of other units: loaded when a part is, or when they are touched. */
function elsewhere(unit: string, units: Units): Plugin {
  return {
    name: "other-units",
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, namespace, pluginData }) => {
        if (pluginData === resolving || kind === "entry-point") return undefined;
        if (namespace === "elsewhere") return { path, external: true };
        const found = await resolve(path, { kind, importer, resolveDir, namespace, pluginData: resolving });
        const id = relative(root, found.path);
        if (found.errors.length > 0 || units.get(id) === unit) return found;
        return kind === "require-call" ? { path: id, external: true } : { path: id, namespace: "elsewhere" };
      });
      onLoad({ filter: /./, namespace: "elsewhere" }, async ({ path }) => {
        const names = await exportsOf(path);
        const values = names.map((name) =>
          name === "default" ? "export default m.default;" : `export const ${name}=m.${name};`,
        );
        return { contents: `const m=require(${JSON.stringify(path)});${values.join("")}`, loader: "js" };
      });
    },
  };
}

const resolving = Symbol("resolving");

async function exportsOf(id: string): Promise<string[]> {
  await init();
  const source = await readFile(join(root, id), "utf8");
  const { code } = await transform(source, { loader: id.endsWith(".ts") ? "ts" : "js", target: options.target });
  const [, exported] = parse(code);
  return exported.map((one) => {
    if (!("name" in one)) throw new Error(`${id} exports all of another module, whose names are not known`);
    return one.name;
  });
}

function pathOf(id: string): string {
  return JSON.stringify(`./${id}`);
}
