import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { withEsbuild } from "../core/esbuild-service.ts";

const entry = fileURLToPath(new URL("../../runtime-api/boot.ts", import.meta.url));

/**
 * Bundles runtime-api/ into one script whose value is the boot function. Takes some 50 ms, once a
 * server start. Modules that are reached by `require()` inside it stay unevaluated until touched.
 */
export async function buildRuntimeSource(): Promise<string> {
  const result = await withEsbuild(bundleRuntime);
  const [output] = result.outputFiles;
  if (!output) throw new Error("esbuild gave no output for runtime-api/boot.ts");
  return `(()=>{${output.text};return __boot.boot;})()`;
}

function bundleRuntime() {
  return build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "__boot",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "silent",
  });
}
