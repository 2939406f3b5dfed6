import { createRequire } from "node:module";
import { build, type Plugin } from "esbuild";
import type { BundleModule } from "../src/core/deployment.ts";

const framework = "@google-cloud/functions-framework";
/** The framework imports it in a way that no bundler sees. */
const loaded = "read-package-up";

/**
 * Google's functions framework as npm has it, with all that it needs, in a few files instead of two thousand, where
 * `importer` looks for it.
 */
export async function frameworkModules(importer: URL): Promise<BundleModule[]> {
  const index = createRequire(importer).resolve(framework);
  const { outputFiles } = await build({
    entryPoints: {
      [`${framework}/index`]: namedExports,
      [`${framework}/main`]: index.replace(/index\.js$/, "main.js"),
      [`${loaded}/index`]: createRequire(index).resolve(loaded),
    },
    plugins: [named(index)],
    outdir: "/node_modules",
    write: false,
    bundle: true,
    // What one registers, another calls.
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // CommonJS modules in it require Node's own.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    logLevel: "silent",
  });
  const description = (name: string) => ({
    name: `node_modules/${name}/package.json`,
    type: "json" as const,
    bytes: Buffer.from(JSON.stringify({ name, type: "module", main: "index.js" })),
  });
  return [
    ...[framework, loaded].map(description),
    ...outputFiles.map(({ path, contents }) => ({ name: path.slice(1), type: "esm" as const, bytes: contents })),
  ];
}

const namedExports = "named-exports";

/** A CommonJS module with names that can be imported: esbuild gives only its default. */
function named(path: string): Plugin {
  return {
    name: namedExports,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: new RegExp(`^${namedExports}$`) }, () => ({ path, namespace: namedExports }));
      onLoad({ filter: /./, namespace: namedExports }, () => {
        const names = Object.keys(createRequire(path)(path)).join(",");
        const from = JSON.stringify(path);
        return { contents: `import*as all from${from};export const{${names}}=all;`, resolveDir: "/" };
      });
    },
  };
}
