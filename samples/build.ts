import { readdir, readFile } from "node:fs/promises";
import { build } from "esbuild";
import type { BundleModule } from "../src/core/deployment.ts";
import type { Limits } from "../src/core/limits.ts";
import { frameworkModules } from "./functions-framework.ts";

export interface SampleManifest {
  readonly main?: string;
  /** What is called in a container: of Python, or of AWS Lambda. */
  readonly handler?: string;
  readonly protocol?: "azure";
  readonly tier?: "container";
  /** What starts a program in a container. */
  readonly command?: readonly string[];
  readonly routes?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: Partial<Limits>;
}

/** A sample as it would be uploaded: what `PUT /v1/functions/{name}` takes. */
export interface BuiltSample {
  readonly name: string;
  readonly manifest: SampleManifest;
  readonly modules: readonly BundleModule[];
}

const root = new URL("./", import.meta.url);

/** Bundles every sample as its author would, in the order of their names. Throws when one does not build. */
export async function buildSamples(): Promise<BuiltSample[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map(buildSample));
}

async function buildSample(name: string): Promise<BuiltSample> {
  const folder = new URL(`${name}/`, root);
  const files = await readdir(folder);
  const manifest: SampleManifest = JSON.parse(await readFile(new URL("islet.json", folder), "utf8"));
  if (files.includes("Dockerfile")) return { name, manifest, modules: await programModules(folder) };
  if (runsInContainer(manifest)) {
    const packages = manifest.command ? await frameworkModules(new URL("index.js", folder)) : [];
    return { name, manifest, modules: [...(await filesOf(folder)), ...packages] };
  }
  const source = files.find((file) => /^index\.(js|ts|tsx)$/.test(file));
  if (source === undefined) throw new Error(`samples/${name} has no index.js, index.ts or index.tsx`);

  const wasm = files.filter((file) => file.endsWith(".wasm"));
  const modules: BundleModule[] = await Promise.all([
    bundle(new URL(source, folder), manifest.main ?? "index.js"),
    ...wasm.map(async (file) => ({ name: file, type: "wasm" as const, bytes: await readFile(new URL(file, folder)) })),
  ]);
  return { name, manifest, modules };
}

/** A program with the packages that it uses in one file, and the Dockerfile that makes an image of it. */
async function programModules(folder: URL): Promise<BundleModule[]> {
  const { outputFiles } = await build({
    entryPoints: [new URL("server.js", folder).pathname],
    ...{ bundle: true, write: false, platform: "node", target: "node24", logLevel: "silent" },
  });
  const dockerfile = await readFile(new URL("Dockerfile", folder));
  return [
    { name: "Dockerfile", type: "text", bytes: dockerfile },
    ...outputFiles.map(({ contents }) => ({ name: "server.cjs", type: "text" as const, bytes: contents })),
  ];
}

export function runsInContainer({ tier, handler, protocol, command }: SampleManifest): boolean {
  return tier === "container" || handler !== undefined || protocol !== undefined || command !== undefined;
}

/** All that its author wrote, as it stands. */
async function filesOf(folder: URL): Promise<BundleModule[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !/^(?:README\.md|islet\.json)$|\.pyc$/.test(entry.name));
  const from = folder.pathname.replace(/\/$/, "");
  return Promise.all(
    files.map(async ({ parentPath, name }) => ({
      name: `${parentPath.replace(/\/$/, "")}/${name}`.slice(from.length + 1),
      type: "data" as const,
      bytes: await readFile(`${parentPath}/${name}`),
    })),
  );
}

async function bundle(source: URL, name: string): Promise<BundleModule> {
  const { outputFiles } = await build({
    entryPoints: [source.pathname],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    // Neutral: what is left of Node's or a browser's own modules is an error here and not at the first request.
    platform: "neutral",
    mainFields: ["browser", "module", "main"],
    conditions: ["worker", "browser"],
    // Stays an import, and goes up as a module of its own beside the bundle.
    external: ["*.wasm"],
    logLevel: "silent",
  });
  const output = outputFiles[0];
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${source.pathname}`);
  return { name, type: "esm", bytes: output.contents };
}
