import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { build, type Plugin } from "esbuild";
import Handlebars from "handlebars";
import { compile } from "svelte/compiler";
import { withEsbuild } from "../../src/core/esbuild-service.ts";

const folder = fileURLToPath(new URL("functions", import.meta.url));

/** What the builds of these packages' users do with files that are no JavaScript. */
const compilers: Plugin = {
  name: "compilers",
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, "utf8"), { generate: "server", filename: path });
      return { contents: js.code, loader: "js" };
    });
    onLoad({ filter: /\.hbs$/ }, async ({ path }) => {
      return {
        contents: `export default ${String(Handlebars.precompile(await readFile(path, "utf8")))}`,
        loader: "js",
      };
    });
    onLoad({ filter: /\.schema\.json$/ }, async ({ path }) => {
      const ajv = new Ajv({ code: { source: true, esm: true }, useDefaults: true });
      const validate = ajv.compile(JSON.parse(await readFile(path, "utf8")) as object);
      return { contents: standaloneCode.default(ajv, validate), loader: "js" };
    });
  },
};

/** Bundles each of the functions into one module, as their authors would. By name of the function. */
export async function bundleFunctions(names: readonly string[]): Promise<Map<string, string>> {
  const { outputFiles } = await withEsbuild(() =>
    build({
      absWorkingDir: folder,
      entryPoints: names.map((name) => `./${name}`),
      outdir: folder,
      bundle: true,
      write: false,
      format: "esm",
      target: "es2024",
      platform: "browser",
      // Islet has those that are used here.
      external: ["node:*", ...builtinModules],
      conditions: ["workerd", "worker", "browser"],
      define: { "process.env.NODE_ENV": '"production"' },
      jsx: "automatic",
      plugins: [compilers],
      logLevel: "silent",
    }),
  );
  return new Map(outputFiles.map(({ path, text }) => [basename(path, ".js"), text]));
}
