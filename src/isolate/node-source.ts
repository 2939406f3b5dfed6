import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";
import { nodeHostModuleName, requiredModuleName } from "../../runtime-api/ops.ts";
import { nodeModuleOf, nodeModules } from "../core/node-modules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface NodeSources {
  /** Of each module of Node's that isolates have, by its name without "node:". */
  readonly sources: Readonly<Record<string, string>>;
  /** Files that they were made of. */
  readonly inputs: readonly string[];
}

/**
 * Bundles the modules of runtime-api/node, each for itself: what one needs of another it imports as a tenant does, and
 * nothing is there twice.
 */
export async function buildNodeModules(): Promise<NodeSources> {
  const built = await Promise.all(nodeModules.map((name) => buildNodeModule(name)));
  return {
    sources: Object.fromEntries(built.map(({ name, source }) => [name, source])),
    inputs: [...new Set(built.flatMap(({ inputs }) => inputs))],
  };
}

async function buildNodeModule(name: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`runtime-api/node/${name}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "esm",
    target: "es2024",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [othersOfNode],
  });
  const source = outputFiles[0]?.text ?? "";
  return { name, source: requiring(metafile) + source, inputs: Object.keys(metafile.inputs) };
}

/** What CommonJS packages require() of Node's is imported before them: esbuild leaves such calls to a `require` that there may be. */
function requiring({ outputs }: Metafile): string {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const required = [...new Set(imports.filter(({ kind }) => kind === "require-call").map(({ path }) => path))];
  if (required.length === 0) return "";
  const lines = required.map((path, index) => `import required${index} from${JSON.stringify(path)};`);
  const table = required.map((path, index) => `${JSON.stringify(path)}:required${index}`);
  return `${lines.join("")}const require=(id)=>({${table.join()}})[id];`;
}

/** Packages that others bring along for what isolates have by another name. */
const replaced: Readonly<Record<string, string>> = {
  "process/": "node:process",
  "string_decoder/": "node:string_decoder",
};

/** Stays an import that the host resolves. */
const othersOfNode: Plugin = {
  name: "others-of-node",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind, importer }) => {
      if (kind === "entry-point") return undefined;
      // Emitters know of a resource only; the module of it changes what then() is.
      if (path === "node:async_hooks" && importer.includes("/unenv/")) {
        return { path: join(root, "runtime-api/node/async-resource.ts") };
      }
      if (path === nodeHostModuleName || path === requiredModuleName) return { path, external: true };
      if (path === "abort-controller") return { path: join(root, "runtime-api/node/abort-controller.ts") };
      const replacement = replaced[path];
      if (replacement !== undefined) return { path: replacement, external: true };
      const other = nodeModuleOf(path);
      return other === null ? undefined : { path: `node:${other}`, external: true };
    });
  },
};
