import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { nodeHostModuleName } from "../../runtime-api/ops.ts";
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
  return { name, source: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

/** Stays an import that the host resolves. */
const othersOfNode: Plugin = {
  name: "others-of-node",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) => {
      if (kind === "entry-point") return undefined;
      if (path === nodeHostModuleName) return { path, external: true };
      const other = nodeModuleOf(path);
      return other === null ? undefined : { path: `node:${other}`, external: true };
    });
  },
};
