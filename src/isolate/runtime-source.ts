import { fileURLToPath } from "node:url";
import { keptBuild } from "../core/kept-build.ts";

const entry = fileURLToPath(new URL("../../runtime-api/boot.ts", import.meta.url));

/**
 * Bundles runtime-api/ into one script whose value is the boot function. Modules that are reached by `require()`
 * inside it stay unevaluated until touched.
 */
export async function buildRuntimeSource(): Promise<string> {
  const code = await keptBuild({
    entryPoints: [entry],
    format: "iife",
    globalName: "__boot",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
  });
  return `(()=>{${code};return __boot.boot;})()`;
}
